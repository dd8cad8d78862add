/**
 * What a watcher observed about a job or a task queue, as it signals it to the incident. Types only.
 *
 * An observation may be signalled several times, late, and by several watchers; the incident reports it once.
 */
import type { AlertDetails, AlertType, Handling } from './message';

/** Type of a problem that is not a failure. */
export type ProblemType = Extract<AlertType, 'job.slow' | 'job.overdue' | 'job.no_worker' | 'job.stuck'>;

export type Observation =
  /** A run failed or timed out, and is not retried. */
  | { readonly kind: 'failed'; readonly runId: string; readonly atMs: number; readonly facts: AlertDetails }
  /** A run has failed repeatedly and is still being retried. */
  | { readonly kind: 'failing'; readonly chain: string; readonly atMs: number; readonly facts: AlertDetails }
  /** A run completed. */
  | {
      readonly kind: 'succeeded';
      readonly runId: string;
      readonly atMs: number;
      readonly facts: AlertDetails;
    }
  /** A problem began; with `endedMs`, it had ended by the time it was observed. */
  | {
      readonly kind: 'raised';
      readonly type: ProblemType;
      readonly key: string;
      readonly atMs: number;
      readonly endedMs?: number;
      readonly facts: AlertDetails;
    }
  /** A problem ended. */
  | { readonly kind: 'cleared'; readonly key: string; readonly atMs: number; readonly facts?: AlertDetails }
  /** A silence was ended or shortened. */
  | { readonly kind: 'unsilenced'; readonly atMs: number }
  /** A test message was requested. */
  | { readonly kind: 'test'; readonly atMs: number };

/** The observations that a watcher signals together about one subject. */
export interface Observations {
  /** How problems are reported from now on; left out if that has not been read. */
  readonly handling?: Handling;
  /** Observations, failures and successes first, then by time. */
  readonly seen: readonly Observation[];
  /** Workflow id of the group that reports new problems in place of the incident. */
  readonly group?: string;
}
