/**
 * Time that a run has lost because a worker or the server was restarted: no worker picked up its workflow task, or the
 * one that did was gone. The server waits 10 s for a lost task by default, so one such task makes a short run exceed its
 * learnt limit, although the job is as fast as ever. Pure.
 */
import { optionalTsToMs } from '@temporalio/common/lib/time';
import type { temporal } from '@temporalio/proto';

type Event = temporal.api.history.v1.IHistoryEvent;

/** Most time that is not counted, in milliseconds: a run that loses more has another problem. */
const MAX_LOST_MS = 30_000;

/**
 * Returns for how long the run had a workflow task that was not being worked on, in milliseconds; at most 30 s.
 *
 * @param events events of the run's history, oldest first; the first ones may be missing
 * @param nowMs milliseconds since 1970; the end of a task that nobody has picked up yet
 */
export function lostMs(events: readonly Event[], nowMs: number): number {
  let lost = 0;
  let scheduledMs: number | undefined;
  let startedMs: number | undefined;
  for (const event of events) {
    const atMs = optionalTsToMs(event.eventTime) ?? 0;
    if (event.workflowTaskScheduledEventAttributes) {
      scheduledMs = atMs;
      startedMs = undefined;
    } else if (event.workflowTaskStartedEventAttributes) {
      lost += atMs - (scheduledMs ?? atMs);
      scheduledMs = undefined;
      startedMs = atMs;
    } else if (event.workflowTaskTimedOutEventAttributes) {
      lost += atMs - (startedMs ?? scheduledMs ?? atMs);
      scheduledMs = undefined;
    }
  }
  if (scheduledMs !== undefined) lost += nowMs - scheduledMs;
  return Math.min(MAX_LOST_MS, Math.max(0, lost));
}
