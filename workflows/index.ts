/**
 * `temporal-job-tracing/workflows`: workflows that users start, to be put into their bundle.
 *
 * Each export that is a function becomes a workflow type of its own, so nothing but workflows is a value here.
 */
export type {
  HttpAnswer,
  HttpJobInput,
  HttpRequest,
  HttpRetry,
  Json,
  LaneRoute,
  LateReport,
  SecretHeader,
  SuccessRule,
} from '../core/http/types';
export type {
  ManualRun,
  Refusal,
  RunningRun,
  ScheduledJobStatus,
  SeenRun,
  SeenRuns,
} from '../core/jobs/messages';
export type { JobLane, ScheduledJobChange, ScheduledJobSpec } from '../core/jobs/spec';
export type { DurationText, DurationUnit, RetryRule } from '../core/util/duration';
export { httpJob } from './http-job';
export { jobTick } from './job-tick';
export { mapReduceBranch } from './map-reduce/branch';
export { scheduledJob } from './scheduled-job';
