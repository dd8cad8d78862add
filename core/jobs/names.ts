/**
 * Names of the workflows of a scheduled job and of their runs: a contract with every running job.
 *
 * Pure.
 */
import { idWithRoom } from '../server-limits';

/** Workflow type of the controller. */
export const SCHEDULED_JOB = 'scheduledJob';
/** Workflow type of its ticks. */
export const JOB_TICK = 'jobTick';
/** Memo key of the controller: data that lists show without calling a worker. */
export const JOB_MEMO = 'scheduledJob';
/** Memo key of the controller: the name of the cron that ticks for it; any other cron ends itself. */
export const CRON_MEMO = 'scheduledJobCron';

/** Characters of the longest ending for {@link idOfJob}. */
const ROOM = '/manual-01234567'.length;

/**
 * Returns the workflow id of something that the job starts.
 *
 * @param ending such as `manual-01234567`, at most 15 characters
 */
export function idOfJob(jobId: string, ending: string): string {
  return `${idWithRoom(jobId, ROOM)}/${ending}`;
}

/** Returns the workflow id of the ticks' runs: one at a time, and known to the controller beforehand. */
export function tickRunId(jobId: string): string {
  return idOfJob(jobId, 'tick');
}
