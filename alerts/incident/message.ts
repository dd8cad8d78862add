/**
 * The content of alerts, as carried in signals, in an incident's state and to the activity that delivers it:
 * plain data, bounded, without secrets and without arguments or results of users' workflows.
 *
 * Types only. Times are milliseconds since 1970, durations milliseconds.
 */
import type { JobTrigger } from '../../core/search-attributes';

/** Type of an alert message. */
export type AlertType =
  | 'job.failed'
  | 'job.failing'
  | 'job.recovered'
  | 'job.slow'
  | 'job.overdue'
  | 'job.no_worker'
  | 'job.stuck'
  | 'watcher.blind'
  | 'watcher.test';

/** The run that an alert is about. */
export interface AlertRun {
  readonly workflowId: string;
  readonly runId: string;
  readonly workflowType: string;
  readonly trigger?: JobTrigger;
  readonly attempt?: number;
  readonly dueMs: number;
  /** Start of the first workflow task, in milliseconds since 1970. */
  readonly startedMs?: number;
  readonly closedMs?: number;
  /** Trace ID, 32 lower-case hex digits. */
  readonly traceId: string;
  /** Whether the run is sampled; left out if that is not known. */
  readonly recorded?: boolean;
}

/** An error, redacted and cut to a maximum length. */
export interface AlertError {
  readonly type?: string;
  readonly message: string;
}

/** A pending activity of a slow run. */
export interface PendingWork {
  readonly activity: string;
  readonly attempt: number;
  readonly lastFailure?: string;
  /** The activity's task queue, if no worker polls it. */
  readonly noWorkerOn?: string;
}

/** Details of a problem; which members are set depends on the type of alert. */
export interface AlertDetails {
  readonly run?: AlertRun;
  readonly error?: AlertError;
  readonly usualMs?: number;
  readonly limitMs?: number;
  /** Elapsed time of the run when it was found to be slow, in milliseconds. */
  readonly elapsedMs?: number;
  readonly pending?: readonly PendingWork[];
  /** Number of attempts of a run that is still being retried, or of a workflow task. */
  readonly attempts?: number;
  /** Number of consecutive failed runs. */
  readonly failures?: number;
  readonly lastSuccessMs?: number;
  readonly withinMs?: number;
  readonly taskQueue?: string;
  /** Number of runs that wait for a worker. */
  readonly waiting?: number;
  /** Names of the affected jobs, the first few. */
  readonly jobs?: readonly string[];
  /** Number of affected jobs. */
  readonly jobCount?: number;
  /** Why alerts cannot be sent. */
  readonly reason?: string;
}

/** A message of an incident, the same for all channels. */
export interface AlertMessage {
  /** Id of the message, the same for every delivery attempt. */
  readonly id: string;
  /** Key of the problem within its incident. */
  readonly key: string;
  readonly type: AlertType;
  readonly state: 'open' | 'resolved';
  /** Set if the problem was resolved before the message was delivered: this message reports both. */
  readonly merged?: true;
  /** Set if the problem was reported before. */
  readonly reminder?: true;
  /** Set if the job keeps failing and recovering. */
  readonly flapping?: true;
  readonly sinceMs: number;
  readonly resolvedMs?: number;
  readonly facts: AlertDetails;
  readonly queuedMs: number;
}

/** Subject of an incident. */
export type Subject =
  | { readonly kind: 'job'; readonly name: string }
  | { readonly kind: 'queue'; readonly name: string }
  /** Several jobs with the same type of alert; the name is that type. */
  | { readonly kind: 'group'; readonly name: string }
  /** A test message; the name is the channel. */
  | { readonly kind: 'test'; readonly name: string }
  /** The watcher itself; the name is its namespace. */
  | { readonly kind: 'watcher'; readonly name: string };

/** How a job's problems are reported, from the job's rule. */
export interface Handling {
  readonly to: readonly string[];
  readonly on: readonly string[];
  readonly after: number;
  readonly recoverAfter: number;
  readonly remindEveryMs: number;
}

/** Final result of a delivery. */
export type DeliveryOutcome =
  | { readonly status: 'delivered' }
  /** A silence holds the message back until `untilMs`. */
  | { readonly status: 'silenced'; readonly untilMs: number; readonly reason: string }
  /** The receiver rejected the message, or the channel was stopped. */
  | { readonly status: 'refused'; readonly why: string };
