/**
 * Estimates with confidence intervals from rounds of measurements.
 *
 * Pure. The measurements of a round were made side by side, so that a disturbance of the machine affected all variants
 * alike; resampling keeps rounds whole.
 */

/** An estimate with its confidence interval. */
export interface Estimate {
  readonly value: number;
  /** Lower end of the 95 % confidence interval. */
  readonly low: number;
  /** Upper end of the 95 % confidence interval. */
  readonly high: number;
  /** Smallest statistic of a single round. */
  readonly min: number;
  /** Largest statistic of a single round. */
  readonly max: number;
  readonly rounds: number;
}

const RESAMPLES = 2_000;
const CONFIDENCE = 0.95;

/**
 * Estimates a statistic of rounds by the percentile bootstrap: the interval contains the statistic of 95 % of the sets
 * of as many rounds, drawn from these with replacement. The draw is the same each time.
 *
 * @param statistic computes the statistic of one or more rounds; use {@link median}s or {@link midmean}s in it, so that
 *   one disturbed round does not count
 * @throws {RangeError} if there are no rounds
 * @see https://doi.org/10.1214/aos/1176344552 (Efron 1979)
 */
export function estimate<Round>(
  rounds: readonly Round[],
  statistic: (rounds: readonly Round[]) => number,
): Estimate {
  if (rounds.length === 0) throw new RangeError('estimate: expected at least one round, got none');
  const random = sequence();
  const draw = () => rounds.map(() => rounds[Math.floor(random() * rounds.length)] as Round);
  const resampled = Array.from({ length: RESAMPLES }, () => statistic(draw()));
  const alone = rounds.map((round) => statistic([round]));
  return {
    value: statistic(rounds),
    low: quantile(resampled, (1 - CONFIDENCE) / 2),
    high: quantile(resampled, (1 + CONFIDENCE) / 2),
    min: Math.min(...alone),
    max: Math.max(...alone),
    rounds: rounds.length,
  };
}

/** Returns the median of at least one value. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/**
 * Returns the mean of the middle half of the values: like the {@link median}, it ignores disturbed rounds, and its
 * interval is narrower. The outermost values of that half count by their share in it.
 *
 * @param values at least one
 */
export function midmean(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const cut = sorted.length / 4;
  let sum = 0;
  for (const [index, value] of sorted.entries()) {
    // The part of the range from `index` to `index + 1` that is in the middle half.
    const weight = Math.min(index + 1, sorted.length - cut) - Math.max(index, cut);
    if (weight > 0) sum += weight * value;
  }
  return sum / (sorted.length / 2);
}

/**
 * Returns the value below which this share of the values is, interpolated linearly.
 *
 * @param share from 0 to 1
 */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const position = share * (sorted.length - 1);
  const below = sorted[Math.floor(position)] ?? Number.NaN;
  const above = sorted[Math.ceil(position)] ?? Number.NaN;
  return below + (above - below) * (position - Math.floor(position));
}

/** Returns a generator of numbers from 0 to 1, always the same ones (mulberry32). */
function sequence(): () => number {
  let state = 1;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
