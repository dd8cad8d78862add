/**
 * `jobInfo()` in workflow code.
 *
 * Sandbox code: reads what the interceptors have stored for this workflow; uses no randomness, never throws.
 */
import { workflowInfo } from '@temporalio/workflow';
import { type JobInfo, toJobInfo } from '../core/job-info';
import { jobNameOf } from '../core/job-name';
import { scheduledMsOf } from '../core/scheduled-time';
import { runState } from '../interceptors/sandbox/run-state';

/**
 * Returns the job that this workflow run belongs to: its name, what started it, when it was due, and its
 * trace.
 *
 * Without the plugin, the result has only what Temporal itself provides.
 */
export function jobInfo(): JobInfo {
  const info = workflowInfo();
  const state = runState.get();
  const scheduledMs = scheduledMsOf(info);
  const origin = state?.origin ?? {
    jobName: jobNameOf(info),
    jobRunId: info.runId,
    trigger: info.cronSchedule ? 'cron' : 'api',
    metadata: scheduledMs === undefined ? {} : { scheduledMs },
  };
  return toJobInfo(origin, info.attempt, state?.run?.root);
}
