/**
 * `temporal-job-tracing/client`: from a trace to its runs, from a run to its trace, the search attributes of
 * a namespace, and the sampling policy in Redis.
 */
export type { ErrorSummary, ItemFailure } from '../core/item-failure';
export type {
  ManualRun,
  RecentRun,
  RecentRuns,
  RefusedSignal,
  RunIds,
  RunNowRequest,
  ScheduledJobStatus,
} from '../core/jobs/messages';
export type { JobLane, ScheduledJobChange, ScheduledJobSpec } from '../core/jobs/spec';
export type { JobStartOptions } from '../core/jobs/start-options';
export type { RunResult } from '../core/run-result';
export type { JobTrigger, SearchAttributeName } from '../core/search-attributes';
export type { TraceUrlOption, TraceUrlPreset } from '../core/trace-url-option';
export type { DurationText, DurationUnit, JobRetryPolicy } from '../core/util/duration';
export { OptionError, type OptionErrorFields } from '../core/util/option-error';
export type { SamplingExplanation } from '../sampling/explain';
export type { KeptReason, SamplingReason } from '../sampling/markers';
export type { RedisConnection } from '../sampling/redis/connection';
export type { LiveRule } from '../sampling/redis/live-rule';
export type { ResolvedRule, RunsPer, SamplingOptions, SamplingRule } from '../sampling/rule';
export {
  SamplingConflictError,
  type SamplingConflictErrorFields,
  SearchAttributesError,
  type SearchAttributesErrorFields,
  type SearchAttributesProblem,
  TraceIdError,
  type TraceIdErrorFields,
  type TraceIdProblem,
  type WrongSearchAttribute,
} from './errors';
export { JobClient, type JobClientOptions } from './job-client';
export type { ArgsOf, JobDefinition, WorkflowTypes } from './job-definition';
export { ScheduledJobError, type ScheduledJobErrorFields, type ScheduledJobProblem } from './job-error';
export type { JobHandle } from './job-handle';
export type { JobRun } from './job-run';
export type { JobRunFilter, ListedRun } from './job-runs';
export type { JobShards } from './job-shards';
export type { RerunShard, ShardRerunOptions } from './rerun-shards';
export type { ResultFilter } from './result-filter';
export type { RunReference } from './run-reference';
export type { RunSampling, RunSamplingReason, RunSamplingRule } from './run-sampling';
export type { RunScheduleOptions } from './run-schedule';
export {
  type LivePolicy,
  type SamplingChange,
  type SamplingChangeOptions,
  SamplingClient,
  type SamplingClientOptions,
  type TemporaryRule,
} from './sampling';
export type { ScheduleAction } from './schedule-action';
export type { JobCreateOptions, ListedJob } from './scheduled-jobs';
export type { SearchAttributesRegistration } from './search-attributes';
export type { Shard, ShardFilter } from './shards';
export type { StartedRun } from './start-run';
export type { JobTraces, RunTrace, TraceRuns } from './traces';
export { VisibilityError, type VisibilityErrorFields, type VisibilityProblem } from './visibility-error';
