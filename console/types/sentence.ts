/**
 * The sentence that compares a run's duration with the usual one and names what makes the difference, with
 * the table behind it.
 */

/**
 * What the sentence says:
 * - `different`: slower or faster than usual, with the operations that make the difference; only a successful run is
 *   called faster;
 * - `usual`: no significant difference; the text has the duration and the usual one;
 * - `unsuccessful`: the run did not succeed, and took no longer than usual; the text has how it ended. One that took
 *   longer is `different`, and its text has how it ended, too;
 * - `too-few`: too few successful runs to compare with; the text has their number and the remedy;
 * - `running`: the run has not ended; the text has the elapsed time, and whether it already exceeds the usual
 *   one.
 */
export type SentenceState = 'different' | 'usual' | 'unsuccessful' | 'too-few' | 'running';

/** A piece of the sentence. */
export interface SentencePart {
  readonly text: string;
  /** `operation` for the name of an operation, shown as code. @default plain text */
  readonly as?: 'operation';
  /** Id of the timeline row that a click leads to. */
  readonly row?: string;
}

/** A path of operations; its times are those on the critical path. */
export interface PathRow {
  /**
   * Name of the service; left out for times outside services, such as `waiting for a worker` and `retries`.
   */
  readonly service?: string;
  /** Name of the operation, with digits and ids replaced, as in `GET /users/#`. */
  readonly operation: string;
  /** Operations from the run down to this one. */
  readonly path: readonly string[];
  readonly nowMs: number;
  /** Mean of the compared runs; 0 for a new path. */
  readonly usualMs: number;
  /** `nowMs - usualMs` */
  readonly differenceMs: number;
  /** Share of the total difference, as in 0.97; may be negative or above 1. All shares add up to 1. */
  readonly share: number;
  readonly calls: number;
  /** Mean number of calls in the compared runs. */
  readonly usualCalls: number;
  readonly errors: number;
  /** Whether none of the compared runs has this path. */
  readonly isNew: boolean;
  /** Whether all compared runs have this path, but this run does not. */
  readonly isGone: boolean;
  /** Id of the path's longest timeline row. */
  readonly row?: string;
}

/** The sentence about the duration of a run. Durations are milliseconds. */
export interface Sentence {
  readonly state: SentenceState;
  /** The complete sentence, for titles and screen readers. */
  readonly text: string;
  /** The sentence in pieces. */
  readonly parts: readonly SentencePart[];
  readonly totalMs: number;
  readonly usualMs?: number;
  /** Ids of the compared runs, at most five. */
  readonly comparedWith: readonly string[];
  /** Paths with the largest differences, at most 100; empty if there is nothing to compare with. */
  readonly table: readonly PathRow[];
  /** Source of the times. */
  readonly from: 'history' | 'spans';
}
