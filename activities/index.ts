/**
 * `temporal-job-tracing/activities`: what activities call, activities of our own, and where late reports of services
 * arrive.
 */
export type { JobContext } from '../interceptors/shared/job-context';
export type { ShardFacts } from '../interceptors/shared/job-facts';
export type { JobTrigger } from '../interceptors/shared/search-attributes';
export { type CallbackRequest, type CallbackResponse, completeFromCallback } from './callback';
export type { HttpFailureType } from './http/failures';
export type { CallbackOptions, HttpActivitiesOptions } from './http/options';
export type { SecretProvider } from './http/secrets';
export { createHttpActivities, type HttpActivities } from './http-request';
export { jobContext } from './job-context';
export { scheduledJobActivities } from './scheduled-job';
