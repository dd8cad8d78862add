/**
 * When a tick or a schedule's action was due. Sandbox code; pure.
 */
import type { WorkflowInfo } from '@temporalio/workflow';
import { nominalMsOf } from './due-time';
import { attributeOf } from './job-name';

/** Milliseconds since the epoch; `undefined` for a run that nothing but its start made due. Never throws. */
export function scheduledMsOf(info: WorkflowInfo): number | undefined {
  return info.cronSchedule ? tickMs(info) : actionMs(info);
}

/** The nominal time: ticks are whole seconds, `@every` too, and the server rounds its back-off up to them. */
function tickMs(info: WorkflowInfo): number {
  return Math.floor(nominalMsOf(info) / 1_000) * 1_000;
}

/** What a Temporal Schedule writes on what it starts. */
function actionMs({ typedSearchAttributes }: WorkflowInfo): number | undefined {
  const value = attributeOf(typedSearchAttributes.getAll(), 'TemporalScheduledStartTime');
  const ms = value instanceof Date ? value.getTime() : Date.parse(String(value));
  return Number.isNaN(ms) ? undefined : ms;
}
