/**
 * An activity's time, from what the history and the server's list of pending activities say of it. Pure.
 *
 * A history has one started event for each activity, that of its last attempt, and only when it has ended: earlier
 * attempts and the back-off between them cannot be told apart.
 */
import { plural } from './durations';
import { failureText, msOf, type PendingActivity } from './history-event';
import { firstLine, type Item, type Part } from './item';

/** The last attempt's start. */
export interface StartedAttempt {
  readonly startedMs: number;
  /** From 1. */
  readonly attempt: number;
  readonly lastFailure: string | undefined;
}

/** The parts of an activity between its schedule and `endMs`; `started` is left out if no attempt has begun. */
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

/** Adds to an activity that goes on what the server knows of it now. */
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

/** `PendingActivityState`: 1 scheduled, 2 started, 3 cancel requested of one that is started. */
export function isStartedState({ state }: PendingActivity): boolean {
  return state === 2 || state === 3;
}

function retriesText(failed: number, lastFailure: string | undefined): string {
  const attempts = `${plural(failed, 'failed attempt')} and back-off`;
  return lastFailure === undefined ? attempts : `${attempts}: ${firstLine(lastFailure)}`;
}
