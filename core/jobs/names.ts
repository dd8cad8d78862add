/**
 * Names of the workflows of a scheduled job and of their runs: a contract with every job that runs.
 *
 * Pure.
 */
import { idWithRoom } from '../server-limits';

/** Workflow type of the controller. */
export const SCHEDULED_JOB = 'scheduledJob';
/** Workflow type of its ticks. */
export const JOB_TICK = 'jobTick';
/** Memo of the controller: what lists show without asking a worker. */
export const JOB_MEMO = 'scheduledJob';
/** Memo of the controller: names the cron that ticks for it. Another one ends itself. */
export const CRON_MEMO = 'scheduledJobCron';

/** Characters of the longest ending that {@link idOfJob} gets. */
const ROOM = '/manual-01234567'.length;

/**
 * Workflow id of something that the job starts.
 *
 * @param ending such as `manual-01234567`, at most 15 characters
 */
export function idOfJob(jobId: string, ending: string): string {
  return `${idWithRoom(jobId, ROOM)}/${ending}`;
}

/** Workflow id of the ticks' runs: one at a time, and the controller knows it. */
export function tickRunId(jobId: string): string {
  return idOfJob(jobId, 'tick');
}
