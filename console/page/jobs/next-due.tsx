/**
 * The next due time of a job.
 */
import type { JobRow } from '../../types';
import { now } from '../clock';
import { Ago } from '../parts/time';

/** Shows when the job is due, that it is paused, or nothing if it has no schedule. */
export function NextDue({ job: { isPaused, nextDueAt } }: { readonly job: JobRow }) {
  if (isPaused) return <span class="quiet">paused</span>;
  if (nextDueAt === undefined) return null;
  // A running run delays the next one.
  return nextDueAt < now.value ? <span class="quiet">due</span> : <Ago at={nextDueAt} />;
}
