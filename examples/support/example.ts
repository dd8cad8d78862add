/**
 * Options of all examples, set by `examples/main.ts`.
 */

/** Options of an example. */
export interface ExampleOptions {
  /** Whether the example ends by itself once everything has been shown. */
  readonly once: boolean;
  /** Aborts when the user wants to stop. */
  readonly signal: AbortSignal;
}
