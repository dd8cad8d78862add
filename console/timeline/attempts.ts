/**
 * Splits the time of an activity by the spans of its attempts. Pure.
 */
import { firstLine, type Part } from './item';

/** The span of one attempt. */
export interface Attempt {
  /** Number of the attempt, from 1. */
  readonly number: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly hasError: boolean;
  readonly errorLine?: string | undefined;
}

/**
 * Returns the parts between the schedule and `endMs`.
 *
 * @param known parts according to the history, for attempts without a span (lost, or still running)
 */
export function attemptParts(
  scheduledMs: number,
  attempts: readonly Attempt[],
  endMs: number,
  known: readonly Part[] = [],
): Part[] {
  const parts: Part[] = [];
  let atMs = scheduledMs;
  let number = 0;
  const push = (state: Part['state'], untilMs: number, text?: string) => {
    const end = Math.min(Math.max(atMs, untilMs), endMs);
    if (end > atMs) parts.push({ state, startMs: atMs, endMs: end, text });
    atMs = end;
  };
  for (const attempt of [...attempts].sort((a, b) => a.startMs - b.startMs)) {
    const isNext = attempt.number === number + 1;
    if (number === 0 && isNext) push('waiting', attempt.startMs);
    else push(isNext ? 'back-off' : 'retrying', attempt.startMs);
    number = attempt.number;
    const error = attempt.errorLine === undefined ? '' : `: ${firstLine(attempt.errorLine)}`;
    const isLost = attempt.number === 1 && attempts.length === 1 && !attempt.hasError;
    push(
      attempt.hasError ? 'failed' : 'working',
      attempt.endMs,
      isLost ? undefined : `attempt ${number}${error}`,
    );
  }
  pushRest(parts, atMs, endMs, known, number);
  return parts;
}

/**
 * Adds the time after the last attempt with a span: another attempt is running, or the result is on its way.
 */
function pushRest(parts: Part[], atMs: number, endMs: number, known: readonly Part[], number: number): void {
  if (endMs <= atMs) return;
  const last = parts.at(-1);
  const current = known.at(-1);
  // The way of the result to the server counts to the attempt.
  if (last?.state === 'working') {
    parts[parts.length - 1] = { ...last, endMs };
    return;
  }
  const startedMs = current && current.startMs > atMs ? current.startMs : undefined;
  if (startedMs !== undefined && current?.state === 'working') {
    parts.push({ state: 'back-off', startMs: atMs, endMs: startedMs });
    parts.push({ state: 'working', startMs: startedMs, endMs, text: `attempt ${number + 1}` });
    return;
  }
  if (last?.state === 'failed' && current?.state !== 'retrying') parts[parts.length - 1] = { ...last, endMs };
  else parts.push({ state: last ? 'back-off' : 'waiting', startMs: atMs, endMs });
}
