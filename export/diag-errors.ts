/**
 * Logs errors that only OpenTelemetry's own diagnostics report, which are off by default: errors inside the user's span
 * processors, such as an exporter that throws, and a set-up of the application that comes too late.
 */
import { DiagConsoleLogger, DiagLogLevel, diag } from '@opentelemetry/api';
import { diagLogLevelFromString, getStringFromEnv } from '@opentelemetry/core';
import { hasDiagLogger } from './globals';
import { reasonOf } from './losses';
import type { ExportLogger } from './options';

/** Error of an application's copy of the API on a second registration: our set-up cannot make way for another copy. */
const REFUSED = /@opentelemetry\/api: (Attempted duplicate registration|Registration of version)/;

/**
 * Prints OpenTelemetry's diagnostics from the level in `OTEL_LOG_LEVEL` on, if that is set and the user has set no
 * logger. The logger is never removed, so that it also shows the last export of a process.
 */
export function logDiagnostics(): void {
  const logLevel = diagLogLevelFromString(getStringFromEnv('OTEL_LOG_LEVEL'));
  if (logLevel !== undefined && !hasDiagLogger()) diag.setLogger(new DiagConsoleLogger(), { logLevel });
}

/**
 * Logs the first error of each kind, once for each set-up. Never throws.
 *
 * @param isUsers whether the span processors are the user's; otherwise only a refused registration is logged
 */
export function logErrors(log: ExportLogger, isUsers: boolean): void {
  // Then the diagnostics show each error.
  if (!isUsers && process.env.OTEL_LOG_LEVEL) return;
  const logged = new Set<string>();
  const logOnce = (kind: string, message: string) => {
    if (!logged.has(kind)) log.warn(`temporal-job-tracing: ${message}`);
    logged.add(kind);
  };
  const nothing = () => {};
  const error = (message: string) => {
    if (REFUSED.test(message)) return logOnce('refused', LATE_COPY);
    if (!isUsers) return;
    logOnce(
      'lost',
      `OpenTelemetry reports '${textOf(message)}'. Spans are probably lost in the given ` +
        "'spanProcessors'; jobs run on as before. This is logged once: OTEL_LOG_LEVEL=error shows each error.",
    );
  };
  const logger = { error, warn: nothing, info: nothing, debug: nothing, verbose: nothing };
  diag.setLogger(logger, { logLevel: DiagLogLevel.ERROR, suppressOverrideMessage: true });
}

const LATE_COPY =
  'the application has tried to set up OpenTelemetry after the worker had done so itself, and was refused: it has another ' +
  "copy of @opentelemetry/api. Its spans go where the worker's go. Set it up before the first worker, and give both the " +
  'same span processors and resource: new JobTracingPlugin({ spanProcessors, resource })';

/** Returns the error's message: the SDK reports an error as JSON with its stack. */
function textOf(message: string): string {
  try {
    return reasonOf(JSON.parse(message));
  } catch {
    return String(message);
  }
}
