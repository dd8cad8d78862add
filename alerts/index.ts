/**
 * `temporal-job-tracing/alerts`: sends alerts about jobs that fail, are slow, overdue, stuck or without a
 * worker.
 */
export type { SecretProvider } from '../core/http/secrets';
export type { RefusedSignal } from '../core/jobs/messages';
export type { JobTrigger } from '../core/search-attributes';
export type { TraceUrlOption, TraceUrlPreset } from '../core/trace-url-option';
export type { DurationText, DurationUnit } from '../core/util/duration';
export { OptionError, type OptionErrorFields } from '../core/util/option-error';
export type {
  AlertChannel,
  AlertEvent,
  AlertRule,
  JobAlertsConfig,
  SecretReference,
  SlackChannel,
  WebhookChannel,
} from './config/types';
export type { AlertType } from './incident/message';
export type { AlertPayload, AlertPayloadData, AlertPayloadRun } from './payload';
export { type JobWatcher, type JobWatcherOptions, startJobWatcher } from './start';
export type { WatcherStatus, WatchReport } from './workflows/watcher-messages';
