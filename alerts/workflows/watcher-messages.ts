/**
 * Types of the watcher's activity, signals, carried state and `status`. Times are milliseconds since 1970
 * unless noted.
 */
import type { RefusedSignal } from '../../core/jobs/messages';
import type { Silence } from '../silence';

/** Progress of the watcher, from which the next attempt or the next run continues. */
export interface WatchCursor {
  /** Runs that closed before this time have been read. */
  readonly readMs: number;
  /**
   * Jobs with `successWithin`: name, close time of the last success or `null`, and the time when the job was
   * first watched.
   */
  readonly overdue: readonly (readonly [job: string, lastSuccessMs: number | null, firstSeenMs: number])[];
}

/** Input of the watching activity. */
export interface WatchRequest {
  /** Start of the watcher; runs that closed before are not reported. */
  readonly sinceMs: number;
  readonly untilMs: number;
  readonly cursor?: WatchCursor;
}

/** State of the watching activity, for `status`. */
export interface WatchReport {
  readonly atMs: number;
  /** Hash of the configuration, 16 hex digits. */
  readonly config: string;
  /** Milliseconds since the last successful poll. */
  readonly lagMs: number;
  readonly jobsInTrouble: number;
  /** Patterns of rules that match no job. */
  readonly unmatchedRules: readonly string[];
  /** Jobs with too few runs for a learnt limit, for which only `overMs` can report slow runs. */
  readonly withoutUsual: readonly string[];
  /** Jobs that are not watched, each with the reason. */
  readonly notWatched: readonly string[];
  /** Names of the channels; left out by watchers of earlier versions. */
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
  /** Name of the channel that gets the test message. */
  readonly channel: string;
}

/** State that a run of the watcher passes to the next. */
export interface CarriedWatcher {
  readonly sinceMs: number;
  readonly silences: readonly Silence[];
  readonly refusals: readonly RefusedSignal[];
  readonly cursor?: WatchCursor;
  readonly report?: WatchReport;
}

/** Result of the query `status`. */
export interface WatcherStatus {
  /** Start of the watcher, ISO 8601. */
  readonly since: string;
  readonly silences: readonly { readonly job: string; readonly until: string; readonly reason: string }[];
  /** The last signals that were refused. */
  readonly refused: readonly RefusedSignal[];
  /** Whether a dead man's switch is called while the watcher works. */
  readonly heartbeat: 'called' | 'none: set heartbeatUrl' | 'unknown';
  /** The latest report of the watching process; left out until there is one. */
  readonly watch?: Omit<WatchReport, 'atMs' | 'hasHeartbeatUrl'> & { readonly at: string };
  /** Cases that no watcher can detect. */
  readonly untold: readonly string[];
}
