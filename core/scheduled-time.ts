/**
 * When a tick or a schedule's action was due. Sandbox code; pure.
 */
import type { WorkflowInfo } from '@temporalio/workflow';
import { nominalMsOf } from './due-time';
import { scheduleStartOf } from './schedule-start';

/** Milliseconds since the epoch; `undefined` for a run that nothing but its start made due. Never throws. */
export function scheduledMsOf(info: WorkflowInfo): number | undefined {
  if (info.cronSchedule) return tickMs(info);
  return scheduleStartOf(info.workflowId, info.typedSearchAttributes.getAll())?.nominalMs;
}

/** The nominal time: ticks are whole seconds, `@every` too, and the server rounds its back-off up to them. */
function tickMs(info: WorkflowInfo): number {
  return Math.floor(nominalMsOf(info) / 1_000) * 1_000;
}
