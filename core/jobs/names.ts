/**
 * Names of the workflows of a scheduled job and of their runs: a contract with every job that runs.
 *
 * Pure.
 */

/** Workflow type of the controller. */
export const SCHEDULED_JOB = 'scheduledJob';
/** Workflow type of its ticks. */
export const JOB_TICK = 'jobTick';
/** Memo of the controller: what lists show without asking a worker. */
export const JOB_MEMO = 'scheduledJob';
/** Memo of the controller: names the cron that ticks for it. Another one ends itself. */
export const CRON_MEMO = 'scheduledJobCron';

/** Workflow id of the ticks' runs: one at a time, and the controller knows it. */
export function tickRunId(jobId: string): string {
  return `${jobId}/tick`;
}
