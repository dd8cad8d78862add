/**
 * Names that are in histories, in saved commands and on the wire: they never change.
 *
 * Sandbox code.
 */

/** Task queue of watchers and incidents, apart from every queue of jobs. */
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
  /** From the process that watches. */
  report: 'report',
  status: 'status',
} as const);

/** Signals and queries of incidents and groups. */
export const IncidentMessage = Object.freeze({
  observe: 'observe',
  /** From an incident to its group. */
  member: 'member',
  status: 'status',
} as const);

/** Memo of the watcher: the silences that hold. */
export const SILENCES_MEMO = 'silences';

/** Memo of an incident: see `IncidentMemo`. */
export const INCIDENT_MEMO = 'alert';

/** What is read of an incident without asking it. */
export interface IncidentMemo {
  /** Name of the job or task queue. */
  readonly subject: string;
  /** Whether successes of the job matter. */
  readonly awaitsSuccess: boolean;
  /** Problems that are open: keys by type. */
  readonly open: readonly { readonly type: string; readonly key: string; readonly since: string }[];
}
