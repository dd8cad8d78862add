/**
 * The workflows of alerts, for the worker that {@link startJobWatcher} makes.
 *
 * Sandbox code.
 */
export { jobAlert } from './job-alert';
export { jobAlertGroup } from './job-alert-group';
export { jobWatcher } from './job-watcher';
