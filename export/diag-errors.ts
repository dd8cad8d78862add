/**
 * Errors that show in OpenTelemetry's own diagnostics only, which are off by default: those inside span processors that a
 * user gave, as of an exporter that throws, and a set-up that comes too late.
 */
import { DiagConsoleLogger, DiagLogLevel, diag } from '@opentelemetry/api';
import { diagLogLevelFromString, getStringFromEnv } from '@opentelemetry/core';
import { hasDiagLogger } from './globals';
import { reasonOf } from './losses';
import type { ExportLogger } from './options';

/** What an application's copy of the API says of a second registration; ours of another version cannot make way for it. */
const REFUSED = /@opentelemetry\/api: (Attempted duplicate registration|Registration of version)/;

/**
 * Prints OpenTelemetry's diagnostics from the level in `OTEL_LOG_LEVEL` on, if that is set. A logger that the user has set
 * stays. It is not taken back: the last export of a process shows as well.
 */
export function logDiagnostics(): void {
  const logLevel = diagLogLevelFromString(getStringFromEnv('OTEL_LOG_LEVEL'));
  if (logLevel !== undefined && !hasDiagLogger()) diag.setLogger(new DiagConsoleLogger(), { logLevel });
}

/**
 * Says the first error of each kind, once for each set-up. Never throws.
 *
 * @param isGiven whether the span processors are a user's; else only a refused registration is said
 */
export function sayErrors(log: ExportLogger, isGiven: boolean): void {
  // It has a logger of its own, which shows each error.
  if (!isGiven && process.env.OTEL_LOG_LEVEL) return;
  const said = new Set<string>();
  const sayOnce = (kind: string, message: string) => {
    if (!said.has(kind)) log.warn(`temporal-job-tracing: ${message}`);
    said.add(kind);
  };
  const nothing = () => {};
  const error = (message: string) => {
    if (REFUSED.test(message)) return sayOnce('refused', LATE_COPY);
    if (!isGiven) return;
    sayOnce(
      'lost',
      `OpenTelemetry reports '${textOf(message)}'. Spans are probably lost in the given ` +
        "'spanProcessors'; jobs run on as before. This is said once: OTEL_LOG_LEVEL=error shows each error.",
    );
  };
  const logger = { error, warn: nothing, info: nothing, debug: nothing, verbose: nothing };
  diag.setLogger(logger, { logLevel: DiagLogLevel.ERROR, suppressOverrideMessage: true });
}

const LATE_COPY =
  'the application has tried to set up OpenTelemetry after the worker had done so itself, and was refused: it has another ' +
  "copy of @opentelemetry/api. Its spans go where the worker's go. Set it up before the first worker, and give both the " +
  'same span processors and resource: new JobTracingPlugin({ spanProcessors, resource })';

/** The SDK writes an error as JSON with its stack. */
function textOf(message: string): string {
  try {
    return reasonOf(JSON.parse(message));
  } catch {
    return String(message);
  }
}
