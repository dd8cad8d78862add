/**
 * `jobInfo()` in activities.
 */
import { Context } from '@temporalio/activity';
import type { JobInfo } from '../core/job-info';
import { jobInfoOf } from '../interceptors/activity-context';

/**
 * The job that this activity works for.
 *
 * @returns `undefined` for an activity of a workflow that the plugin takes no part in, or on a worker without it
 * @throws {Error} outside an activity
 */
export function jobInfo(): JobInfo | undefined {
  return jobInfoOf(Context.current());
}
