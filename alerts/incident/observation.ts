/**
 * What a watcher has seen of a job or a task queue, as it signals it to the incident. Types only.
 *
 * Each can be signalled any number of times, by several watchers and late: incidents tell each once.
 */
import type { AlertFacts, AlertType, Handling } from './message';

/** A problem other than failures. */
export type ProblemType = Extract<AlertType, 'job.slow' | 'job.overdue' | 'job.no_worker' | 'job.stuck'>;

export type Observation =
  /** A run closed failed or timed out for good. */
  | { readonly kind: 'failed'; readonly runId: string; readonly atMs: number; readonly facts: AlertFacts }
  /** A chain of attempts is still being retried. */
  | { readonly kind: 'failing'; readonly chain: string; readonly atMs: number; readonly facts: AlertFacts }
  /** A run closed successfully. */
  | { readonly kind: 'succeeded'; readonly runId: string; readonly atMs: number; readonly facts: AlertFacts }
  /** A problem began; `endedMs`: it had ended already when it was seen. */
  | {
      readonly kind: 'raised';
      readonly type: ProblemType;
      readonly key: string;
      readonly atMs: number;
      readonly endedMs?: number;
      readonly facts: AlertFacts;
    }
  /** A problem is over. */
  | { readonly kind: 'cleared'; readonly key: string; readonly atMs: number; readonly facts?: AlertFacts }
  /** Somebody asked for a sample. */
  | { readonly kind: 'test'; readonly atMs: number };

/** What a watcher signals at once about one subject. */
export interface Observations {
  readonly handling: Handling;
  /** In the order of their times. */
  readonly seen: readonly Observation[];
  /** Workflow id of the group that tells what is new, in place of the incident. */
  readonly group?: string;
}
