/**
 * What rounds of measurements say: an estimate with its confidence interval.
 *
 * Pure. A round holds what was measured side by side, so that whatever disturbed the machine in it disturbed
 * all variants alike; resampling keeps rounds whole.
 */

/** An estimate, and how sure it is. */
export interface Estimate {
  readonly value: number;
  /** Ends of the 95 % confidence interval. */
  readonly low: number;
  readonly high: number;
  /** The statistic of each round alone: its least and its greatest. */
  readonly min: number;
  readonly max: number;
  readonly rounds: number;
}

const RESAMPLES = 2_000;
const CONFIDENCE = 0.95;

/**
 * Estimates a statistic of rounds by the percentile bootstrap: the interval holds what the statistic is for
 * 95 % of the sets of as many rounds, drawn from these with replacement. The draw is the same each time.
 *
 * @param statistic of any number of rounds, at least one; use {@link median}s or {@link midmean}s in it, so that
 *   one disturbed round does not count
 * @throws {RangeError} when there are no rounds
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

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/**
 * Mean of the middle half of the values: like the {@link median}, it does not see disturbed rounds, and its interval
 * is narrower. The outermost values of that half count by their share in it.
 *
 * @param values at least one
 */
export function midmean(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const cut = sorted.length / 4;
  let sum = 0;
  for (const [index, value] of sorted.entries()) {
    // How much of the place from `index` to `index + 1` is in the middle half.
    const weight = Math.min(index + 1, sorted.length - cut) - Math.max(index, cut);
    if (weight > 0) sum += weight * value;
  }
  return sum / (sorted.length / 2);
}

/**
 * The value below which this share of the values lies, between neighbours by proportion.
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

/** Numbers from 0 to 1, always the same ones (mulberry32). */
function sequence(): () => number {
  let state = 1;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
