/**
 * What an alert tells, as it is carried in signals, in an incident's state and to the activity that sends it: plain data,
 * bounded, without secrets, arguments or results of users' workflows.
 *
 * Types only; times are milliseconds since 1970, durations milliseconds.
 */
import type { JobTrigger } from '../../core/search-attributes';

/** What an alert is about. */
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

/** A run, as an alert tells it. */
export interface AlertRun {
  readonly workflowId: string;
  readonly runId: string;
  readonly workflowType: string;
  readonly trigger?: JobTrigger;
  readonly attempt?: number;
  readonly dueMs: number;
  /** Start of the first workflow task. */
  readonly startedMs?: number;
  readonly closedMs?: number;
  /** 32 lower-case hex digits. */
  readonly traceId: string;
  /** Whether the trace is recorded, as far as is known. */
  readonly recorded?: boolean;
}

/** An error, cut to a bounded length and passed through the user's redaction. */
export interface AlertError {
  readonly type?: string;
  readonly message: string;
}

/** An activity that a slow run waits for. */
export interface PendingWork {
  readonly activity: string;
  readonly attempt: number;
  readonly lastFailure?: string;
  /** The task queue, where nobody polls it. */
  readonly noWorkerOn?: string;
}

/** What is known about a problem; which members there are depends on the type of alert. */
export interface AlertFacts {
  readonly run?: AlertRun;
  readonly error?: AlertError;
  readonly usualMs?: number;
  readonly limitMs?: number;
  /** How long the run had taken when it was found slow. */
  readonly elapsedMs?: number;
  readonly pending?: readonly PendingWork[];
  /** Attempts of a chain that is still retried, or of a workflow task. */
  readonly attempts?: number;
  /** Failed runs in a row. */
  readonly failures?: number;
  readonly lastSuccessMs?: number;
  readonly withinMs?: number;
  readonly taskQueue?: string;
  /** Runs that wait for a worker. */
  readonly waiting?: number;
  /** Names of jobs that are concerned, the first few. */
  readonly jobs?: readonly string[];
  /** How many jobs are concerned. */
  readonly jobCount?: number;
  /** Why the watcher sees nothing. */
  readonly reason?: string;
}

/** A message of an incident; one for all channels. */
export interface AlertMessage {
  /** The same on every attempt to deliver it. */
  readonly id: string;
  /** The problem within its incident. */
  readonly key: string;
  readonly type: AlertType;
  readonly state: 'open' | 'resolved';
  /** It was resolved before it could be delivered: one message tells both. */
  readonly merged?: true;
  /** It was told before. */
  readonly reminder?: true;
  /** The job fails and recovers again and again. */
  readonly flapping?: true;
  readonly sinceMs: number;
  readonly resolvedMs?: number;
  readonly facts: AlertFacts;
  readonly queuedMs: number;
}

/** Whom an alert is about. */
export type Subject =
  | { readonly kind: 'job'; readonly name: string }
  | { readonly kind: 'queue'; readonly name: string }
  /** Several jobs with the same type of alert; the name is the type. */
  | { readonly kind: 'group'; readonly name: string }
  /** A sample for a channel. */
  | { readonly kind: 'test'; readonly name: string }
  /** The watcher itself. */
  | { readonly kind: 'watcher'; readonly name: string };

/** How a job's problems are to be told, from its rule. */
export interface Handling {
  readonly to: readonly string[];
  readonly on: readonly string[];
  readonly after: number;
  readonly recoverAfter: number;
  readonly remindEveryMs: number;
}

/** What became of an attempt to deliver. */
export type DeliveryOutcome =
  | { readonly status: 'delivered' }
  /** A silence holds it back until then. */
  | { readonly status: 'silenced'; readonly untilMs: number; readonly reason: string }
  /** The receiver will never take this message, or the channel was stopped. */
  | { readonly status: 'refused'; readonly why: string };
