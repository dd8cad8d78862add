/**
 * Splits an activity's time, from its history and the server's list of pending activities. Pure.
 *
 * A history has one started event for each activity, for its last attempt, and only once it has ended:
 * earlier attempts and the back-off between them cannot be separated.
 */
import { plural } from './durations';
import { failureText, msOf, type PendingActivity } from './history-event';
import { firstLine, type Item, type Part } from './item';

/** Start of an activity's last attempt. */
export interface StartedAttempt {
  readonly startedMs: number;
  /** Number of the attempt, from 1. */
  readonly attempt: number;
  readonly lastFailure: string | undefined;
}

/**
 * Returns the parts of an activity between its schedule and `endMs`.
 *
 * @param started `undefined` if no attempt has begun
 */
export function activityParts(
  scheduledMs: number,
  started: StartedAttempt | undefined,
  endMs: number,
  hasFailed: boolean,
): Part[] {
  if (started === undefined) return [{ state: 'waiting', startMs: scheduledMs, endMs }];
  const { startedMs, attempt, lastFailure } = started;
  const before: Part =
    attempt > 1
      ? {
          state: 'retrying',
          startMs: scheduledMs,
          endMs: startedMs,
          text: retriesText(attempt - 1, lastFailure),
        }
      : { state: 'waiting', startMs: scheduledMs, endMs: startedMs };
  return [before, { state: hasFailed ? 'failed' : 'working', startMs: startedMs, endMs }];
}

/** Updates a pending activity from the server's description. */
export function describePending(item: Item, pending: PendingActivity, nowMs: number): void {
  const attempt = pending.attempt ?? 1;
  const lastFailure = pending.lastFailure ? failureText(pending.lastFailure) : undefined;
  const startedMs = msOf(pending.lastStartedTime);
  const isStarted = isStartedState(pending) && startedMs !== undefined;
  if (isStarted) item.parts = activityParts(item.startMs, { startedMs, attempt, lastFailure }, nowMs, false);
  else if (attempt > 1)
    item.parts = [
      {
        state: 'retrying',
        startMs: item.startMs,
        endMs: nowMs,
        text: retriesText(attempt - 1, lastFailure),
      },
    ];
  else item.parts = [{ state: 'waiting', startMs: item.startMs, endMs: nowMs }];
  if (attempt > 1) item.notes.push(`attempt ${attempt}`);
  if (lastFailure !== undefined) item.errorLine = firstLine(lastFailure);
}

/**
 * Whether an attempt is running. `PendingActivityState`: 1 scheduled, 2 started, 3 started with cancellation
 * requested.
 */
export function isStartedState({ state }: PendingActivity): boolean {
  return state === 2 || state === 3;
}

function retriesText(failed: number, lastFailure: string | undefined): string {
  const attempts = `${plural(failed, 'failed attempt')} and back-off`;
  return lastFailure === undefined ? attempts : `${attempts}: ${firstLine(lastFailure)}`;
}
