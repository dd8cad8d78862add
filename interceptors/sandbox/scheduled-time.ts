/**
 * When a tick or a schedule's action was due. Sandbox code; pure.
 */
import type { WorkflowInfo } from '@temporalio/workflow';

/** Milliseconds since the epoch; `undefined` for a run that nothing but its start made due. Never throws. */
export function scheduledMsOf(info: WorkflowInfo): number | undefined {
  return info.cronSchedule ? tickMs(info) : actionMs(info);
}

/** The nominal time: ticks are whole seconds, `@every` too, and the server rounds its back-off up to them. */
function tickMs({ startTime, cronScheduleToScheduleInterval = 0 }: WorkflowInfo): number {
  // Not `runStartTime`, which is when the first task was begun.
  const dueMs = startTime.getTime() + cronScheduleToScheduleInterval;
  return Math.floor(dueMs / 1_000) * 1_000;
}

/** What a Temporal Schedule writes on what it starts. */
function actionMs({ typedSearchAttributes }: WorkflowInfo): number | undefined {
  const value = typedSearchAttributes
    .getAll()
    .find(({ key }) => key.name === 'TemporalScheduledStartTime')?.value;
  const ms = value instanceof Date ? value.getTime() : Date.parse(String(value));
  return Number.isNaN(ms) ? undefined : ms;
}
