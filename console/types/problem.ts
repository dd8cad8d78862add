/**
 * JSON of problems and errors.
 */

/** A part of the response that could not be read; the rest is there. */
export interface Problem {
  /**
   * - `temporal-away`: Temporal does not answer, or not in time;
   * - `temporal-busy`: Temporal answered RESOURCE_EXHAUSTED; the console sends fewer calls until it recovers;
   * - `temporal-denied`: the console's credentials do not permit the call, or there is no such namespace;
   * - `forgotten`: Temporal no longer has the run; the data is from the console's own store;
   * - `cut`: something is too large to be shown completely; the text has the number of missing items;
   * - `store`: the console's own store cannot be read or written;
   * - `traces`: the spans cannot be read.
   */
  readonly kind:
    | 'temporal-away'
    | 'temporal-busy'
    | 'temporal-denied'
    | 'forgotten'
    | 'cut'
    | 'store'
    | 'traces';
  /** The problem in one sentence, with the remedy if there is one. */
  readonly text: string;
  readonly namespace?: string;
  /** Start of the problem, in milliseconds since 1970; left out if it is not known. */
  readonly sinceAt?: number;
}

/** Body of every error response. */
export interface ApiError {
  readonly error: {
    /**
     * Kind of error, as in `invalid`, `not-found`, `not-logged-in`, `forbidden`, `temporal-away`, `internal`.
     */
    readonly kind: string;
    /** The error in one sentence, with expectation, value and remedy where they apply. */
    readonly text: string;
  };
}
