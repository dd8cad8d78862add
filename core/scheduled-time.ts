/**
 * The time at which a tick or a Temporal Schedule's action was due. Sandbox code; pure.
 */
import type { WorkflowInfo } from '@temporalio/workflow';
import { nominalMsOf } from './due-time';
import { scheduleStartOf } from './schedule-start';

/**
 * Returns the nominal time of the tick or of the Schedule's action, in milliseconds since the epoch; `undefined`
 * for any other run. Never throws.
 */
export function scheduledMsOf(info: WorkflowInfo): number | undefined {
  if (info.cronSchedule) return tickMs(info);
  return scheduleStartOf(info.workflowId, info.typedSearchAttributes.getAll())?.nominalMs;
}

/** Returns a tick's nominal time: a whole second, even for `@every`; the server rounds its back-off up to it. */
function tickMs(info: WorkflowInfo): number {
  return Math.floor(nominalMsOf(info) / 1_000) * 1_000;
}
