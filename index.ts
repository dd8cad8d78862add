/**
 * temporal-job-tracing: a trace of its own for every run of a scheduled or batch job.
 *
 * - `.` the plugin and its options
 * - `./client` finding runs by trace and traces by run
 * - `./workflow` what workflow code calls
 * - `./workflows` workflows of ours, to be exported from the user's
 * - `./activities` what activities call
 * - `./register` the plugin without a change of code
 * - `./workflow-interceptors` the sandbox part, for those who bundle workflow code by hand
 */
export type { JobStartOptions } from './client/start-options';
export type { TraceUrlOption, TraceUrlPreset } from './client/trace-url-option';
export type { ForcedBy, JobTracingOptions } from './worker/options';
export { JobTracingPlugin } from './worker/plugin';
export type { RunsPer, SamplingOptions, SamplingRule } from './worker/policy/rule';
export type { PolicyStore } from './worker/policy-store';
export type { RedisConnection } from './worker/redis/connection';
export { type RedisPolicyStoreOptions, redisPolicyStore } from './worker/redis/policy-store';
