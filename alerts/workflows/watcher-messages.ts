/**
 * What the watcher, its activity and its `status` are made of. Types only; times are milliseconds since 1970.
 */
import type { Refusal } from '../../core/jobs/messages';
import type { Silence } from '../silence';

/** How far the watcher has got: what the next attempt, or the next hour, goes on from. */
export interface WatchCursor {
  /** What closed before it has been read. */
  readonly readMs: number;
  /** Jobs that are to succeed again and again: name, last success if there was one, and when it was first looked for. */
  readonly overdue: readonly (readonly [job: string, lastSuccessMs: number | null, firstSeenMs: number])[];
}

/** What the watching activity is given. */
export interface WatchRequest {
  /** When the watcher began: what closed before is not told. */
  readonly sinceMs: number;
  readonly untilMs: number;
  readonly cursor?: WatchCursor;
}

/** What the watching activity has found out about itself. */
export interface WatchReport {
  readonly atMs: number;
  /** Hash of the configuration. */
  readonly config: string;
  /** How far the watcher is behind. */
  readonly lagMs: number;
  readonly jobsInTrouble: number;
  /** Rules under which there is no job. */
  readonly unmatchedRules: readonly string[];
  /** Jobs with too few runs for a learnt limit: only `overMs` would tell that they are slow. */
  readonly withoutUsual: readonly string[];
  /** What is not watched, and why. */
  readonly notWatched: readonly string[];
  /** Names of the channels; of a watcher of an earlier version none. */
  readonly channels?: readonly string[];
  readonly stoppedChannels: readonly string[];
  readonly hasHeartbeatUrl: boolean;
}

export interface WatchResult {
  readonly cursor: WatchCursor;
  readonly report: WatchReport;
}

/** Input of the signal `test`. */
export interface TestRequest {
  /** Name of a channel. */
  readonly channel: string;
}

/** What a watcher's run hands to the next. */
export interface CarriedWatcher {
  readonly sinceMs: number;
  readonly silences: readonly Silence[];
  readonly refusals: readonly Refusal[];
  readonly cursor?: WatchCursor;
  readonly report?: WatchReport;
}

/** Answer to the query `status`. */
export interface WatcherStatus {
  /** When the watcher began, ISO 8601. */
  readonly since: string;
  readonly silences: readonly { readonly job: string; readonly until: string; readonly reason: string }[];
  /** The last signals that were not obeyed. */
  readonly refused: readonly Refusal[];
  /** Whether a dead man's switch outside learns when the watcher stops. */
  readonly heartbeat: 'called' | 'none: set heartbeatUrl' | 'unknown';
  /** What the watching process found out last; none before it has begun. */
  readonly watch?: Omit<WatchReport, 'atMs' | 'hasHeartbeatUrl'> & { readonly at: string };
  /** What no watcher can tell. */
  readonly untold: readonly string[];
}
