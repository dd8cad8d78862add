/**
 * Trace ids in the log lines of activities and Nexus operations.
 *
 * Host code. The official interceptors read the active span through their own copy of `@opentelemetry/api`, which
 * does not find it where a project has two copies of different versions.
 */
import { context, isSpanContextValid, trace } from '@opentelemetry/api';

type Next = (attributes: Record<string, unknown>) => Record<string, unknown>;

/** Adds trace id, span id and flags of the active span, if there is one. */
export function getLogAttributes(input: Record<string, unknown>, next: Next): Record<string, unknown> {
  const span = trace.getSpanContext(context.active());
  if (!span || !isSpanContextValid(span)) return next(input);
  const { traceId, spanId, traceFlags } = span;
  return next({ trace_id: traceId, span_id: spanId, trace_flags: `0${traceFlags.toString(16)}`, ...input });
}
