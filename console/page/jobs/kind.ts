/**
 * What makes a job run, in words.
 */
import type { JobKind, JobRow } from '../../api/types';

const KINDS: Readonly<Record<JobKind, string>> = {
  scheduledJob: 'scheduledJob',
  cron: 'cron',
  schedule: 'schedule',
  start: 'started by hand or API',
};

export function howStarted({ kind, timetable }: JobRow): string {
  return timetable === undefined ? KINDS[kind] : `${KINDS[kind]} ${timetable}`;
}
