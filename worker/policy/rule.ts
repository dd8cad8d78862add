/**
 * Sampling rules: their shape, and the one place where they are checked, whoever wrote them (code, environment,
 * Redis, an operator's client).
 *
 * Pure: no clock, no I/O.
 */
import type { Duration } from '@temporalio/common';

/** How many runs within how long. */
export interface RunsPer {
  /** Whole number of runs, at least 1. */
  readonly runs: number;
  /** Length of the window: milliseconds, or a text such as `'1 day'`; from 1 second to 31 days. */
  readonly per: Duration;
}

/** Which runs of a job are recorded. */
export interface SamplingRule {
  /** Share of runs, from 0 (none) to 1 (all). @default 1 */
  readonly ratio?: number;
  /** A reservoir: the first runs of each window are recorded whatever the ratio. @default none */
  readonly atLeast?: RunsPer;
  /** A cap: no more runs than these are recorded in a window; forced runs are never capped. @default none */
  readonly atMost?: RunsPer;
  /** Whether a run that was not sampled and fails still leaves its root span. @default true */
  readonly keepFailed?: boolean;
  /** The same for a run that takes longer, at least 100 ms. @default none */
  readonly keepSlow?: { readonly overMs: number };
  /** How many runs after a failed one are recorded in full, 0 to 100. @default { runs: 1 } */
  readonly afterFailure?: { readonly runs: number };
}

/** A checked rule with all defaults filled in; windows in milliseconds. Frozen. */
export interface ResolvedRule {
  readonly ratio: number;
  readonly atLeast?: { readonly runs: number; readonly perMs: number };
  readonly atMost?: { readonly runs: number; readonly perMs: number };
  readonly keepFailed: boolean;
  readonly keepSlowMs?: number;
  readonly afterFailureRuns: number;
}

/** The sampling policy as users write it: a number stands for `{ ratio }`. */
export interface SamplingOptions {
  /** For jobs that no pattern fits. @default 1 */
  readonly default?: number | SamplingRule;
  /** By job name or pattern: `*` stands for any number of characters; the most specific pattern wins. */
  readonly jobs?: Readonly<Record<string, number | SamplingRule>>;
}
