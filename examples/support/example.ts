/**
 * What an example is told by `examples/main.ts`.
 */

export interface ExampleOptions {
  /** End by itself, as soon as what the example is about has been shown. */
  readonly once: boolean;
  /** Aborts when the user wants to stop. */
  readonly signal: AbortSignal;
}
