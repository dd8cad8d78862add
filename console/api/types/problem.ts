/**
 * What the API says when something could not be read.
 */

/** Something that could not be read, although the rest of the answer could. */
export interface Problem {
  /**
   * - `temporal-away`: Temporal does not answer, or not in time;
   * - `temporal-busy`: Temporal said RESOURCE_EXHAUSTED; the console asks less often until it recovers;
   * - `temporal-denied`: the console's credentials do not allow it;
   * - `forgotten`: Temporal no longer has the run; what is shown comes from the console's own store;
   * - `cut`: something is too large to be shown whole; the text says how much is missing;
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
  /** One sentence for people, with what to do if something can be done. */
  readonly text: string;
  readonly namespace?: string;
  /** Since when, where that is known. */
  readonly sinceAt?: number;
}

/** Body of every answer other than 200. */
export interface ApiError {
  readonly error: {
    /** As in `invalid`, `not-found`, `not-logged-in`, `forbidden`, `temporal-away`, `internal`. */
    readonly kind: string;
    /** What happened, what was expected, what was got, what to do. */
    readonly text: string;
  };
}
