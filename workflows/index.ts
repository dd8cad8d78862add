/**
 * `temporal-job-tracing/workflows`: ready-made workflows, to be exported from the user's workflows module.
 *
 * Each exported function becomes a workflow type, so the only values here are workflows.
 */
export type {
  HttpJobInput,
  HttpRequest,
  HttpResponse,
  HttpRetryPolicy,
  Json,
  LaneRoute,
  LateReport,
  SecretHeader,
  SuccessRule,
} from '../core/http/types';
export type {
  ManualRun,
  RecentRun,
  RecentRuns,
  RefusedSignal,
  RunIds,
  ScheduledJobStatus,
} from '../core/jobs/messages';
export type { JobLane, ScheduledJobChange, ScheduledJobSpec } from '../core/jobs/spec';
export type { RunResult } from '../core/run-result';
export type { DurationText, DurationUnit, JobRetryPolicy } from '../core/util/duration';
export { httpJob } from './http-job';
export { jobTick } from './job-tick';
export { mapReduceBranch } from './map-reduce/branch';
export { scheduledJob } from './scheduled-job';
