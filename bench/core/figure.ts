/**
 * Figures of a benchmark: name, unit, confidence interval and target. Pure.
 */
import type { Estimate } from './statistics';

/** The largest value of a figure that this project promises. */
export type Target = { readonly atMost: number };

/** A figure of a benchmark. */
export interface Figure extends Estimate {
  /** Unique within its part. */
  readonly name: string;
  readonly unit: string;
  readonly target?: Target;
  /** Whether the target is met, usually if the whole confidence interval is below it; left out without a target. */
  readonly met?: boolean;
}

/** The amount of measurements. */
export interface PartOptions {
  /** Whether to measure only a quarter of the rounds, with wide intervals. */
  readonly quick: boolean;
  /** Whether to measure the promised sizes, where the default is smaller. */
  readonly full: boolean;
}

/** The figures of one part of the benchmark. */
export interface PartResult {
  readonly part: string;
  readonly figures: readonly Figure[];
}

/** Returns a figure that meets its target if its interval does. A single round has no interval, so it meets none. */
export function figure(name: string, unit: string, estimate: Estimate, target?: Target): Figure {
  const isMet = target !== undefined && estimate.rounds > 1 && estimate.high <= target.atMost;
  return target ? figureWith(name, unit, estimate, target, isMet) : { name, unit, ...estimate };
}

/**
 * Returns a figure for which the caller decides whether the target is met, by another rule than that of {@link figure}.
 */
export function figureWith(
  name: string,
  unit: string,
  estimate: Estimate,
  target: Target,
  met: boolean,
): Figure {
  return { name, unit, ...estimate, target, met };
}

/** Returns a figure that is counted, not sampled: it has no interval. */
export function counted(name: string, unit: string, value: number, target?: Target): Figure {
  const estimate = { value, low: value, high: value, min: value, max: value, rounds: 1 };
  return target
    ? figureWith(name, unit, estimate, target, value <= target.atMost)
    : { name, unit, ...estimate };
}
