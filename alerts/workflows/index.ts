/**
 * The alert workflows, for the worker that `startJobWatcher` creates.
 *
 * Sandbox code.
 */
export { jobAlert } from './job-alert';
export { jobAlertGroup } from './job-alert-group';
export { jobWatcher } from './job-watcher';
