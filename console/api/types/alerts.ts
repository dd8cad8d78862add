/**
 * Alerts: what is open, what was told, who is told, and whether anybody watches.
 */
import type { AlertType } from '../../../alerts/incident/message';
import type { Problem } from './problem';

/** What became of a message on one channel. */
export interface AlertDelivery {
  readonly channel: string;
  readonly type: AlertType;
  /** Whether it told a beginning or an end. */
  readonly state: 'open' | 'resolved';
  readonly at: number;
  /** `waiting`: it is still to be delivered, as after an error or under a silence. */
  readonly outcome: 'delivered' | 'grouped' | 'silenced' | 'refused' | 'dropped' | 'waiting';
  /** Why, where it was not delivered. */
  readonly why?: string;
}

/** A problem that is open. */
export interface OpenAlert {
  readonly type: AlertType;
  /** One sentence, as it is told. */
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
  /** When it began, and when it told or saw something last. */
  readonly startedAt: number;
  readonly lastAt: number;
  /** The last ones, the newest first; left out where no process could be asked. */
  readonly deliveries?: readonly AlertDelivery[];
}

/** A channel, as far as the watcher and the last messages tell. */
export interface AlertChannelState {
  readonly name: string;
  /** It answered that nothing is wanted any more. */
  readonly isStopped: boolean;
  /** The last message of the incidents that are shown. */
  readonly last?: AlertDelivery;
}

/** The watcher of a namespace. */
export interface WatcherState {
  readonly namespace: string;
  /** `blind`: it is there, but sees nothing; `none`: nobody watches; `unknown`: Temporal does not answer. */
  readonly state: 'watching' | 'starting' | 'blind' | 'none' | 'unknown';
  /** What people should know, one sentence each, with what to do. */
  readonly notices: readonly string[];
  /** What closed before has been read. */
  readonly readAt?: number;
  readonly sinceAt?: number;
  /** Process that watches, and the hash of its configuration. */
  readonly process?: string;
  readonly config?: string;
  readonly silences: readonly { readonly job: string; readonly untilAt: number; readonly reason: string }[];
  readonly channels: readonly AlertChannelState[];
  /** Jobs with too few runs for a learnt limit. */
  readonly withoutUsual: readonly string[];
  /** What no watcher can tell. */
  readonly untold: readonly string[];
}

/** `/api/alerts`. */
export interface AlertsPage {
  readonly at: number;
  /** One for each namespace. */
  readonly watchers: readonly WatcherState[];
  /** The oldest problem first. */
  readonly open: readonly AlertRow[];
  /** Incidents in which nothing is open, the newest first. */
  readonly past: readonly AlertRow[];
  /** Past incidents that are left out. */
  readonly more: number;
  readonly problems: readonly Problem[];
}
