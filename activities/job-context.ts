/**
 * `jobContext()` in activities.
 */
import { Context } from '@temporalio/activity';
import type { JobContext } from '../core/job-context';
import { jobContextOf } from '../interceptors/activity-context';

/**
 * The job that this activity works for.
 *
 * @returns `undefined` for an activity of a workflow that the plugin takes no part in, or on a worker without it
 * @throws {Error} outside an activity
 */
export function jobContext(): JobContext | undefined {
  return jobContextOf(Context.current());
}
