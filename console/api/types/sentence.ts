/**
 * The sentence of a run: how long, how long usually, and what makes the difference; with the table behind it.
 */

/**
 * - `different`: slower or faster than usual, and the sentence says by what;
 * - `usual`: no difference worth a sentence; the text is then the duration and the usual one;
 * - `too-few`: too few successful runs to compare with; the text says how many and what to set;
 * - `running`: goes on; the text says how long, and whether that is already more than usual.
 */
export type SentenceState = 'different' | 'usual' | 'too-few' | 'running';

/** A piece of the sentence. */
export interface SentencePart {
  readonly text: string;
  /** `operation`: its name, shown as code. @default plain text */
  readonly as?: 'operation';
  /** Id of the row that it is about: click leads there. */
  readonly row?: string;
}

/** One path of service and operation; times are those on the critical path. */
export interface PathRow {
  /** Left out for what is not a service's: `waiting for a worker`, `retries`. */
  readonly service?: string;
  /** Name with digits and ids folded, as in `GET /users/#`. */
  readonly operation: string;
  /** All operations from the run down to this one, this one last. */
  readonly path: readonly string[];
  readonly nowMs: number;
  /** Mean of the runs that are compared with; 0 for a new path. */
  readonly usualMs: number;
  /** `nowMs - usualMs` */
  readonly differenceMs: number;
  /** Share of the whole difference, as in 0.97; may be negative or above 1. Shares add up to 1. */
  readonly share: number;
  readonly calls: number;
  /** Mean; with fractions. */
  readonly usualCalls: number;
  readonly errors: number;
  /** In none of the runs that are compared with. */
  readonly isNew: boolean;
  /** In all of them, and not in this one. */
  readonly isGone: boolean;
  /** Id of its longest row. */
  readonly row?: string;
}

export interface Sentence {
  readonly state: SentenceState;
  /** The whole sentence, for titles and screen readers. */
  readonly text: string;
  /** The same in pieces. */
  readonly parts: readonly SentencePart[];
  readonly totalMs: number;
  readonly usualMs?: number;
  /** Runs that it was compared with, the ids of at most five. */
  readonly comparedWith: readonly string[];
  /** By size of difference; at most 100. Empty where there is nothing to compare with. */
  readonly table: readonly PathRow[];
  /** What it is told from. */
  readonly from: 'history' | 'spans';
}
