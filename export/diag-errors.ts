/**
 * Errors inside span processors that a user gave, as of an exporter that throws: they show in OpenTelemetry's
 * own diagnostics only, which are off by default.
 */
import { DiagLogLevel, diag } from '@opentelemetry/api';
import { reasonOf } from './losses';
import type { ExportLogger } from './options';

/** Says the first error, once for each set-up. Never throws. */
export function sayFirstError(log: ExportLogger): void {
  let isSaid = false;
  const nothing = () => {};
  const error = (message: string) => {
    if (isSaid) return;
    isSaid = true;
    log.warn(
      `temporal-job-tracing: OpenTelemetry reports '${textOf(message)}'. Spans are probably lost in the given ` +
        "'spanProcessors'; jobs run on as before. This is said once: OTEL_LOG_LEVEL=error shows each error.",
    );
  };
  const logger = { error, warn: nothing, info: nothing, debug: nothing, verbose: nothing };
  diag.setLogger(logger, { logLevel: DiagLogLevel.ERROR, suppressOverrideMessage: true });
}

/** The SDK writes an error as JSON with its stack. */
function textOf(message: string): string {
  try {
    return reasonOf(JSON.parse(message));
  } catch {
    return String(message);
  }
}
