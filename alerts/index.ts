/**
 * `temporal-job-tracing/alerts`: tells when a job fails, is slow, overdue, stuck or without a worker.
 */
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
