/**
 * JSON of `/api/alerts`: open and past alerts, channels, and the watchers. Times are milliseconds since 1970.
 */
import type { AlertType } from '../../alerts/incident/message';
import type { Problem } from './problem';

/** Delivery of a message to one channel. */
export interface AlertDelivery {
  readonly channel: string;
  readonly type: AlertType;
  /** Whether the message opened or resolved a problem. */
  readonly state: 'open' | 'resolved';
  readonly at: number;
  /** Result; `waiting` if the message is still to be delivered, for example after an error. */
  readonly outcome: 'delivered' | 'grouped' | 'silenced' | 'refused' | 'dropped' | 'waiting';
  /** Why the message was not delivered. */
  readonly why?: string;
}

/** An open problem. */
export interface OpenAlert {
  readonly type: AlertType;
  /** The alert in one sentence, as in its message. */
  readonly text: string;
  readonly sinceAt: number;
  readonly runId?: string;
}

/** The incident of a job, a task queue, or a test message. */
export interface AlertRow {
  readonly namespace: string;
  readonly workflowId: string;
  readonly runId: string;
  readonly kind: 'job' | 'queue' | 'test';
  /** Name of the job, the task queue or the channel. */
  readonly name: string;
  readonly open: readonly OpenAlert[];
  /** Start of the incident. */
  readonly startedAt: number;
  /** Time of the latest delivery, or else of the incident's end or start. */
  readonly lastAt: number;
  /** The latest deliveries, the newest first; left out if no process could be queried. */
  readonly deliveries?: readonly AlertDelivery[];
}

/** State of a channel, from the watcher's report and the latest deliveries. */
export interface AlertChannelState {
  readonly name: string;
  /** Whether the channel is stopped because its receiver answered 410 Gone. */
  readonly isStopped: boolean;
  /** Latest delivery among the listed incidents. */
  readonly last?: AlertDelivery;
}

/** The watcher of a namespace. */
export interface WatcherState {
  readonly namespace: string;
  /**
   * `blind`: the watcher runs but cannot read the server; `none`: the namespace is not watched; `unknown`:
   * Temporal does not answer.
   */
  readonly state: 'watching' | 'starting' | 'blind' | 'none' | 'unknown';
  /** Problems of the watcher, one sentence each, with the remedy. */
  readonly notices: readonly string[];
  /** Runs that closed before this time have been read. */
  readonly readAt?: number;
  readonly sinceAt?: number;
  /** Identity of the watching process. */
  readonly process?: string;
  /** Hash of the process's configuration, 16 hex digits. */
  readonly config?: string;
  readonly silences: readonly { readonly job: string; readonly untilAt: number; readonly reason: string }[];
  readonly channels: readonly AlertChannelState[];
  /** Names of jobs with too few runs for a learnt limit. */
  readonly withoutUsual: readonly string[];
  /** Cases that no watcher can detect. */
  readonly untold: readonly string[];
}

/** Response of `/api/alerts`. */
export interface AlertsPage {
  readonly at: number;
  /** The watchers, one for each namespace. */
  readonly watchers: readonly WatcherState[];
  /** Incidents with open problems, the oldest problem first. */
  readonly open: readonly AlertRow[];
  /** Incidents without open problems, the newest first. */
  readonly past: readonly AlertRow[];
  /** Number of incidents that are left out. */
  readonly more: number;
  readonly problems: readonly Problem[];
}
