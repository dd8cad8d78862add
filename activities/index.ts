/**
 * `temporal-job-tracing/activities`: what activities call, and activities of our own.
 */
export type { JobContext } from '../interceptors/shared/job-context';
export type { ShardFacts } from '../interceptors/shared/job-facts';
export type { JobTrigger } from '../interceptors/shared/search-attributes';
export { jobContext } from './job-context';
export { scheduledJobActivities } from './scheduled-job';
