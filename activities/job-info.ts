/**
 * `jobInfo()` in activities.
 */
import { Context } from '@temporalio/activity';
import type { JobInfo } from '../core/job-info';
import { jobInfoOf } from '../interceptors/activity-context';

/**
 * Returns the job that this activity belongs to.
 *
 * @returns `undefined` for an activity of an untraced run, and on a worker without the plugin
 * @throws {Error} outside an activity
 */
export function jobInfo(): JobInfo | undefined {
  return jobInfoOf(Context.current());
}
