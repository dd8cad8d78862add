/**
 * Names that appear in histories, in saved commands and on the wire. They must never change.
 *
 * Sandbox code.
 */

/** Task queue of watchers and incidents, separate from the queues of jobs. */
export const ALERTS_TASK_QUEUE = 'job-alerts';

/** Workflow id of a namespace's watcher. */
export const WATCHER_ID = 'job-watcher';

/** Workflow types. */
export const AlertWorkflow = Object.freeze({
  watcher: 'jobWatcher',
  incident: 'jobAlert',
  group: 'jobAlertGroup',
} as const);

/** Signals and queries of the watcher. */
export const WatcherMessage = Object.freeze({
  /** `{"job":"nightly-*","for":"2 hours","reason":"release"}` */
  silence: 'silence',
  /** `{"channel":"oncall"}` */
  test: 'test',
  /** Sent by the watching process. */
  report: 'report',
  status: 'status',
} as const);

/** Signals and queries of incidents and groups. */
export const IncidentMessage = Object.freeze({
  observe: 'observe',
  /** Sent by an incident to its group. */
  member: 'member',
  status: 'status',
} as const);

/** In a watching process's identity, separates the worker's usual identity from the hash of its configuration. */
export const CONFIG_MARK = '#job-alerts:';

/** Memo key of the watcher's active silences. */
export const SILENCES_MEMO = 'silences';

/** Memo key of an incident's {@link IncidentMemo}. */
export const INCIDENT_MEMO = 'alert';

/** Summary of an incident in its memo, readable without a query. */
export interface IncidentMemo {
  /** Name of the job or task queue. */
  readonly subject: string;
  /** Whether the job's successes affect the incident. */
  readonly awaitsSuccess: boolean;
  /** Open problems; `since` is an ISO 8601 time. */
  readonly open: readonly { readonly type: string; readonly key: string; readonly since: string }[];
}
