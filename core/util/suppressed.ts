/**
 * Where everything begins that the plugin does for itself: looks at Redis and the server, exports, alerts. None of it
 * belongs into a trace of the user's, whoever was traced when it began.
 *
 * Host code. What begins there keeps the context in its timers, connections and promises.
 */
import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';

/** Calls the function without an active span, where instrumentations make none. Returns and throws what it does. */
export function suppressed<T>(fn: () => T): T {
  return context.with(suppressTracing(ROOT_CONTEXT), fn);
}
