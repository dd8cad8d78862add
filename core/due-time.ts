/**
 * The time at which a run was due: any wait after it is time without a worker. Pure; the sandbox and the host
 * must agree on it.
 *
 * The SDK's `runStartTime` is the time of the first workflow task, its `startTime` that of the run's first event.
 */
import type { WorkflowInfo } from '@temporalio/workflow';

/**
 * Returns the start of a run plus the server's back-off before its first task (for a tick, an attempt or a
 * delayed start), in milliseconds since the epoch.
 */
export function nominalMsOf({ startTime, cronScheduleToScheduleInterval = 0 }: WorkflowInfo): number {
  return startTime.getTime() + cronScheduleToScheduleInterval;
}

/**
 * Returns the time at which a run was due, in milliseconds since the epoch: its nominal time, or for a run that
 * was reset, whose history begins with the original's, its first workflow task.
 */
export function dueMsOf(info: WorkflowInfo): number {
  const isReset = info.runId !== info.originalExecutionRunId;
  return isReset ? info.runStartTime.getTime() : nominalMsOf(info);
}
