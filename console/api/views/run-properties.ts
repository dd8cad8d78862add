/**
 * The labelled properties of a run, the most useful first. Pure.
 */

import { durationText } from '../../timeline/durations';
import { eventIdOf, isEnd } from '../../timeline/history-event';
import type { RunProperty } from '../../types';
import type { RunData } from './run-data';

export function runProperties({ run, events, isCut, history }: RunData, nowMs: number): RunProperty[] {
  const started = events[0]?.workflowExecutionStartedEventAttributes;
  const last = isCut && !isEnd(events.at(-1)) ? undefined : events.at(-1);
  const waitedMs = waitedOf(history, nowMs);
  const properties: [string, string | number | undefined | null][] = [
    ['workflow type', run.workflowType],
    ['workflow id', run.workflowId],
    ['run id', run.runId],
    ['trace id', run.traceId],
    ['namespace', run.namespace],
    ['task queue', started?.taskQueue?.name],
    ['due', timeText(run.dueAt)],
    ['started', timeText(run.startedAt)],
    ['ended', run.state === 'running' ? undefined : timeText(run.closedAt)],
    ['waited for its first task', waitedMs === undefined ? undefined : durationText(waitedMs)],
    ['trigger', run.trigger],
    ['started by', run.startedBy],
    ['reason', run.reason],
    ['schedule', run.scheduleId],
    ['cron', started?.cronSchedule],
    ['attempt', started?.attempt],
    ['identity of the starter', started?.identity],
    ['history events', last && eventIdOf(last.eventId)],
  ];
  return properties.flatMap(([name, value]) =>
    value === undefined || value === null || value === '' ? [] : [{ name, value: String(value) }],
  );
}

/** Milliseconds from the due time to the first task, or to now. */
export function waitedOf(history: RunData['history'], nowMs: number): number | undefined {
  if (!history) return undefined;
  const untilMs = history.firstTaskMs ?? history.end?.atMs ?? nowMs;
  return Math.max(0, untilMs - history.run.startMs);
}

function timeText(at: number | undefined): string | undefined {
  return at === undefined ? undefined : new Date(at).toISOString();
}
