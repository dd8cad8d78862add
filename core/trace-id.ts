/**
 * Conversion of run ids to trace and span ids, and back.
 *
 * A top-level run's trace ID *is* its run id without dashes, so that it can be computed anywhere without an
 * index. Pure; the rule is a contract with every stored trace.
 */

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const TRACE_ID = /^(?!0{32})[0-9a-f]{32}$/;

/** Returns the trace ID (32 lower-case hex digits) of the top-level run with this run id (a UUID with dashes). */
export function traceIdOfRun(runId: string): string {
  return runId.replaceAll('-', '').toLowerCase();
}

/** Returns the run id (a UUID with dashes) of the top-level run with this trace ID (32 hex digits), if it is one. */
export function runIdOfTrace(traceId: string): string {
  const id = traceId.toLowerCase();
  return `${id.slice(0, 8)}-${id.slice(8, 12)}-${id.slice(12, 16)}-${id.slice(16, 20)}-${id.slice(20)}`;
}

/** Number of hex digits that {@link randomPart} returns. */
export const RANDOM_DIGITS = 14;

/** Returns the part of a trace ID that is random by the W3C standard: its last 56 bits, as hex digits. */
export function randomPart(traceId: string): string {
  return traceId.slice(-RANDOM_DIGITS);
}

/** Returns the span id (16 lower-case hex digits) of a run's `RunWorkflow` span: the last 16 of its run id. */
export function rootSpanIdOfRun(runId: string): string {
  return traceIdOfRun(runId).slice(16);
}

/**
 * Whether the id is a valid W3C trace-id: 32 lower-case hex digits, not all zero.
 *
 * @see https://www.w3.org/TR/trace-context/#trace-id
 */
export function isTraceId(id: string): boolean {
  return TRACE_ID.test(id);
}

/** Whether the id is a run id as Temporal writes them: a lower-case UUID with dashes. */
export function isRunId(id: string): boolean {
  return UUID.test(id);
}
