/**
 * When a run was due: what it waits from then on is time without a worker. Pure; the sandbox and the host agree.
 *
 * The SDK's `runStartTime` is the first workflow task, and `startTime` the first event of this very run.
 */
import type { WorkflowInfo } from '@temporalio/workflow';

/** The start and the server's back-off behind it (of a tick, an attempt, a delayed start), in milliseconds since the epoch. */
export function nominalMsOf({ startTime, cronScheduleToScheduleInterval = 0 }: WorkflowInfo): number {
  return startTime.getTime() + cronScheduleToScheduleInterval;
}

/** The same, but of a run that was reset, whose history begins with the original's, the first workflow task. */
export function dueMsOf(info: WorkflowInfo): number {
  const isReset = info.runId !== info.originalExecutionRunId;
  return isReset ? info.runStartTime.getTime() : nominalMsOf(info);
}
