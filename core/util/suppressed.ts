/**
 * Keeps the plugin's own work out of the user's traces: calls of Redis and the server, exports, alerts. Otherwise it
 * would be part of the trace that is active when it begins.
 *
 * Host code. Timers, connections and promises created in the function keep its context.
 */
import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';

/** Calls the function without an active span and with tracing suppressed; returns its result or throws its error. */
export function suppressed<T>(fn: () => T): T {
  return context.with(suppressTracing(ROOT_CONTEXT), fn);
}
