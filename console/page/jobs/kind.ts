/**
 * How a job is started, in words.
 */
import type { JobKind, JobRow } from '../../types';

const KINDS: Readonly<Record<JobKind, string>> = {
  scheduledJob: 'scheduledJob',
  cron: 'cron',
  schedule: 'schedule',
  start: 'manual or API',
};

/** Returns the kind and the schedule of a job, such as "cron 0 3 * * *". */
export function howStarted({ kind, schedule }: JobRow): string {
  return schedule === undefined ? KINDS[kind] : `${KINDS[kind]} ${schedule}`;
}
