/**
 * `jobInfo()` in workflow code.
 *
 * Sandbox code: reads what the interceptors left for this workflow; draws nothing, never throws.
 */
import { workflowInfo } from '@temporalio/workflow';
import { type JobInfo, toJobInfo } from '../core/job-info';
import { jobNameOf } from '../core/job-name';
import { scheduledMsOf } from '../core/scheduled-time';
import { runState } from '../interceptors/sandbox/run-state';

/**
 * The job that this workflow run works for: its name, what started it and when it was due, its trace.
 *
 * Without the plugin it tells what Temporal itself knows.
 */
export function jobInfo(): JobInfo {
  const info = workflowInfo();
  const state = runState.get();
  const scheduledMs = scheduledMsOf(info);
  const origin = state?.origin ?? {
    jobName: jobNameOf(info),
    jobRunId: info.runId,
    trigger: info.cronSchedule ? 'cron' : 'api',
    facts: scheduledMs === undefined ? {} : { scheduledMs },
  };
  return toJobInfo(origin, info.attempt, state?.run?.root);
}
