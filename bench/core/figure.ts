/**
 * One figure of a benchmark: what it is, its unit, how sure it is, and the target it has to meet. Pure.
 */
import type { Estimate } from './statistics';

/** What a figure may be at most, or at least, by the promise of this project. */
export type Target = { readonly atMost: number } | { readonly atLeast: number };

export interface Figure extends Estimate {
  /** Unique within its part. */
  readonly name: string;
  readonly unit: string;
  readonly target?: Target;
  /** Whether the whole confidence interval lies on the target's right side; missing without a target. */
  readonly met?: boolean;
}

/** What one part of the benchmark found. */
export interface PartResult {
  readonly part: string;
  readonly figures: readonly Figure[];
}

export function figure(name: string, unit: string, estimate: Estimate, target?: Target): Figure {
  return { name, unit, ...estimate, ...(target && { target, met: isMet(estimate, target) }) };
}

/** A figure that is counted, not sampled: it has no spread. */
export function counted(name: string, unit: string, value: number, target?: Target): Figure {
  return figure(name, unit, { value, low: value, high: value, min: value, max: value, rounds: 1 }, target);
}

function isMet({ low, high }: Estimate, target: Target): boolean {
  return 'atMost' in target ? high <= target.atMost : low >= target.atLeast;
}
