/**
 * `temporal-job-tracing/workflows`: workflows to be exported from your own.
 */
export type { ScheduledJobChange, ScheduledJobSpec } from './job-spec';
export { jobTick } from './job-tick';
export { scheduledJob } from './scheduled-job';
