/**
 * Consistent probability sampling: whether a trace belongs to a share of all traces.
 *
 * Pure. The same trace id and ratio give the same result everywhere; a higher ratio samples a superset.
 *
 * @see https://opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling/
 */

import { RANDOM_DIGITS, randomPart } from '../core/trace-id';

const RANDOM_VALUES = 2 ** 56;

/**
 * Whether the id's random part reaches the ratio's rejection threshold.
 *
 * @param traceId 32 hex digits
 * @param ratio from 0 to 1; less than half of 2⁻⁵⁶, the smallest share there is, counts as 0
 */
export function isSampled(traceId: string, ratio: number): boolean {
  return BigInt(`0x${randomPart(traceId)}`) >= rejectionThreshold(ratio);
}

/**
 * Returns the value of `th` in the member `ot` of a trace state: the rejection threshold in hex digits
 * without trailing zeros.
 *
 * @param ratio from 0 to 1
 * @returns `undefined` for a ratio of 0, which no sampled trace has
 */
export function thresholdOf(ratio: number): string | undefined {
  const digits = rejectionThreshold(ratio).toString(16).padStart(RANDOM_DIGITS, '0');
  return digits.length > RANDOM_DIGITS ? undefined : digits.replace(/0+$/, '') || '0';
}

/**
 * Returns the trace state of a trace that this ratio sampled; `undefined` for a ratio of 0, which samples
 * none.
 */
export function traceStateOfRatio(ratio: number): string | undefined {
  const threshold = thresholdOf(ratio);
  return threshold === undefined ? undefined : `ot=th:${threshold}`;
}

/** Returns the threshold below which ids are rejected, from 0 (rejects none) to 2⁵⁶ (rejects all). */
function rejectionThreshold(ratio: number): bigint {
  // 56 bits do not fit a double's 53: the product with a power of two is exact, the rest is done in BigInt.
  return BigInt(RANDOM_VALUES) - BigInt(Math.round(ratio * RANDOM_VALUES));
}
