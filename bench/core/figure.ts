/**
 * One figure of a benchmark: what it is, its unit, how sure it is, and the target it has to meet. Pure.
 */
import type { Estimate } from './statistics';

/** What a figure may be at most, by the promise of this project. */
export type Target = { readonly atMost: number };

export interface Figure extends Estimate {
  /** Unique within its part. */
  readonly name: string;
  readonly unit: string;
  readonly target?: Target;
  /** Whether the whole confidence interval lies below the target; missing without a target. */
  readonly met?: boolean;
}

/** How much is measured. */
export interface PartOptions {
  /** A quarter of the rounds: a look, wide intervals. */
  readonly quick: boolean;
  /** The sizes that the promises speak of, where the default is smaller. */
  readonly full: boolean;
}

/** What one part of the benchmark found. */
export interface PartResult {
  readonly part: string;
  readonly figures: readonly Figure[];
}

/** One round has no interval, so it meets no target. */
export function figure(name: string, unit: string, estimate: Estimate, target?: Target): Figure {
  const isMet = target !== undefined && estimate.rounds > 1 && estimate.high <= target.atMost;
  return target ? figureWith(name, unit, estimate, target, isMet) : { name, unit, ...estimate };
}

/** A figure whose target is met in another way than by its interval lying below. */
export function figureWith(
  name: string,
  unit: string,
  estimate: Estimate,
  target: Target,
  met: boolean,
): Figure {
  return { name, unit, ...estimate, target, met };
}

/** A figure that is counted, not sampled: it has no spread. */
export function counted(name: string, unit: string, value: number, target?: Target): Figure {
  const estimate = { value, low: value, high: value, min: value, max: value, rounds: 1 };
  return target
    ? figureWith(name, unit, estimate, target, value <= target.atMost)
    : { name, unit, ...estimate };
}
