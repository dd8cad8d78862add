/**
 * `temporal-job-tracing/activities`: functions for activities, ready-made activities, and the receiver of
 * services' late reports.
 */

export type { HttpFailureType } from '../core/http/failures';
export type { SecretProvider } from '../core/http/secrets';
export type {
  HttpRequest,
  HttpResponse,
  HttpRetryPolicy,
  Json,
  LaneRoute,
  LateReport,
  SecretHeader,
  SuccessRule,
} from '../core/http/types';
export type { JobInfo } from '../core/job-info';
export type { ShardInfo } from '../core/job-metadata';
export type { JobTrigger } from '../core/search-attributes';
export type { DurationText, DurationUnit } from '../core/util/duration';
export { OptionError, type OptionErrorFields } from '../core/util/option-error';
export { type CallbackRequest, type CallbackResponse, completeFromCallback } from './callback';
export type { CallbackOptions, HttpActivitiesOptions } from './http/options';
export { createHttpActivities, type HttpActivities } from './http-request';
export { jobInfo } from './job-info';
export { scheduledJobActivities } from './scheduled-job';
