/**
 * temporal-job-tracing: a trace of its own for every run of a scheduled or batch job.
 *
 * - `.` the plugin and its options
 * - `./client` scheduled jobs, their runs and traces, and the sampling policy
 * - `./client-plugin` the plugin for clients in processes without a worker
 * - `./workflow` functions for workflow code
 * - `./workflows` ready-made workflows, to be exported from the user's workflows module
 * - `./activities` functions for activities, and ready-made activities
 * - `./alerts` alerts about jobs that fail, are slow, overdue or stuck
 * - `./register` the plugin without a code change
 * - `./workflow-interceptors` the sandbox part, for workflow code that is bundled by hand
 */
export type { PropagateTo } from './core/http/host-rule';
export type { JobStartOptions } from './core/jobs/start-options';
export type { TraceUrlOption, TraceUrlPreset } from './core/trace-url-option';
export type { DurationText, DurationUnit } from './core/util/duration';
export { OptionError, type OptionErrorFields } from './core/util/option-error';
export type { AnyInstrumentation, AnyResource, AnySpanProcessor } from './export/options';
export type { SamplingPolicy } from './sampling/policy';
export type { PolicyStore } from './sampling/policy-store';
export type { RedisConnection } from './sampling/redis/connection';
export { type RedisPolicyStoreOptions, redisPolicyStore } from './sampling/redis/policy-store';
export type { ResolvedRule, RunsPer, SamplingOptions, SamplingRule } from './sampling/rule';
export type { WindowCounter } from './sampling/windows';
export type { ForcedBy, JobTracingOptions } from './worker/options';
export { JobTracingPlugin } from './worker/plugin';
