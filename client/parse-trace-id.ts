/**
 * Trace ids and run ids as people paste them.
 *
 * Any unambiguous form is accepted; anything else is refused with the reason.
 */
import { isRunId, isTraceId, traceIdOfRun } from '../core/trace-id';
import { TraceIdError, type TraceIdProblem } from './errors';

const TRACE_ID_DIGITS = 32;
const SHOWN_CHARACTERS = 64;

/**
 * Returns a trace id in its stored form: 32 lower-case hex digits.
 *
 * Accepts upper case, and a run id with dashes (the TraceId of a top-level run is its run id).
 *
 * @throws {TraceIdError} that names the problem
 */
export function parseTraceId(value: unknown): string {
  if (typeof value !== 'string') throw refused(value, 'type', `not a string but of type ${typeof value}`);
  const id = value.toLowerCase();
  const digits = isRunId(id) ? traceIdOfRun(id) : id;
  if (isTraceId(digits)) return digits;
  const stray = /[^0-9a-f]/.exec(digits)?.[0];
  if (digits.length !== TRACE_ID_DIGITS) {
    throw refused(value, 'length', `${value.length} characters instead of ${TRACE_ID_DIGITS}`);
  }
  if (stray !== undefined) throw refused(value, 'characters', `${JSON.stringify(stray)} is not a hex digit`);
  throw refused(value, 'zero', 'all digits are zero');
}

/**
 * Returns a run id in Temporal's form: a lower-case UUID with dashes.
 *
 * @throws {TraceIdError} that names the problem
 */
export function parseRunId(value: string): string {
  const id = value.toLowerCase();
  if (isRunId(id)) return id;
  throw new TraceIdError(`${show(value)} is not a run id: not a UUID with dashes`, {
    problem: 'characters',
    value,
  });
}

function refused(value: unknown, problem: TraceIdProblem, reason: string): TraceIdError {
  const form = `${TRACE_ID_DIGITS} hex digits, or a run id`;
  return new TraceIdError(`${show(value)} is not a trace id (${form}): ${reason}`, { problem, value });
}

function show(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value.slice(0, SHOWN_CHARACTERS)) : String(value);
}
