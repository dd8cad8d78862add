/**
 * When a tick or a schedule's action was due. Sandbox code; pure.
 */
import type { WorkflowInfo } from '@temporalio/workflow';
import { nominalMsOf } from '../shared/due-time';

/** Milliseconds since the epoch; `undefined` for a run that nothing but its start made due. Never throws. */
export function scheduledMsOf(info: WorkflowInfo): number | undefined {
  return info.cronSchedule ? tickMs(info, info.cronSchedule) : actionMs(info);
}

/** The nominal time: a cron expression's ticks are whole seconds, the server's back-off is cut to them. */
function tickMs(info: WorkflowInfo, cron: string): number {
  const dueMs = nominalMsOf(info);
  return cron.includes('@every') ? dueMs : Math.floor(dueMs / 1_000) * 1_000;
}

/** What a Temporal Schedule writes on what it starts. */
function actionMs({ typedSearchAttributes }: WorkflowInfo): number | undefined {
  const value = typedSearchAttributes
    .getAll()
    .find(({ key }) => key.name === 'TemporalScheduledStartTime')?.value;
  const ms = value instanceof Date ? value.getTime() : Date.parse(String(value));
  return Number.isNaN(ms) ? undefined : ms;
}
