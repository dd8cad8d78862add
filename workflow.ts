/**
 * `temporal-job-tracing/workflow`: what workflow code calls. Sandbox code, all that it exports.
 */
export type { JobContext } from './interceptors/shared/job-context';
export type { ShardFacts } from './interceptors/shared/job-facts';
export type { JobTrigger } from './interceptors/shared/search-attributes';
export { jobContext } from './workflows/job-context';
