/**
 * The usual duration of a job's runs, and the duration from which a run is slow. Durations are from the time at
 * which a run was due to its close. Shared by the console and the alerts, so that both agree. Pure.
 */

/** The usual duration of a job's runs, in milliseconds. */
export interface Usual {
  /** Number of runs that the figures are based on. */
  readonly runs: number;
  readonly medianMs: number;
  readonly p5Ms: number;
  readonly p95Ms: number;
}

/** Runs that the usual duration is based on: the `last` successful ones, if there are `atLeast` as many. */
export const BASIS = Object.freeze({
  /** For the console's sentence about a run. */
  sentence: { last: 20, atLeast: 5 },
  /** For a learnt limit of slow runs. */
  limit: { last: 30, atLeast: 10 },
});

const MIN_LIMIT_MARGIN_MS = 10_000;
const MIN_DIFFERENCE_MS = 100;

/**
 * Returns the usual duration; `undefined` for too few runs. Negative durations (of ticks that ended before they
 * were due) and `NaN` do not count.
 *
 * @param durationsMs durations of successful runs, in milliseconds, newest run first
 */
export function usualOf(
  durationsMs: readonly number[],
  { last, atLeast }: { readonly last: number; readonly atLeast: number },
): Usual | undefined {
  const sorted = durationsMs
    .filter((ms) => ms >= 0)
    .slice(0, last)
    .sort((a, b) => a - b);
  if (sorted.length < Math.max(1, atLeast)) return undefined;
  return {
    runs: sorted.length,
    medianMs: median(sorted),
    p5Ms: nearestRank(sorted, 0.05),
    p95Ms: nearestRank(sorted, 0.95),
  };
}

/** Returns the duration from which a run is slow: the largest of 3 × median, 1.25 × p95 and median + 10 s. */
export function slowLimitMs({ medianMs, p95Ms }: Usual): number {
  return Math.max(3 * medianMs, 1.25 * p95Ms, medianMs + MIN_LIMIT_MARGIN_MS);
}

/**
 * Returns the largest difference from the usual duration, in milliseconds, that is not worth a sentence: the
 * largest of 10 % of the median, 0.1 s, and the smaller of twice the distance from the median to the 95th percentile
 * and the distance to 1.25 × that percentile (for a shorter run, to the 5th percentile and to 1/1.25 of it).
 *
 * Once the distance is too little: with 8 % of noise the percentile of 20 runs is so uncertain that one in six
 * unchanged runs would get a sentence (instead of one in seventy), and with two modes more than one in four
 * (instead of one in sixty).
 */
export function negligibleMs({ medianMs, p5Ms, p95Ms }: Usual, differenceMs: number): number {
  const [spreadMs, beyondMs] =
    differenceMs > 0
      ? [p95Ms - medianMs, 1.25 * p95Ms - medianMs]
      : [medianMs - p5Ms, medianMs - p5Ms / 1.25];
  return Math.max(0.1 * medianMs, Math.min(2 * spreadMs, beyondMs), MIN_DIFFERENCE_MS);
}

/** Returns the `count` runs whose durations are nearest to the median of all, in their original order. */
export function nearestMedian<Run>(
  runs: readonly Run[],
  durationOf: (run: Run) => number,
  count: number,
): readonly Run[] {
  const middle = median(runs.map(durationOf).sort((a, b) => a - b));
  const chosen = runs
    .map((run, index) => ({ index, distance: Math.abs(durationOf(run) - middle) }))
    .sort((a, b) => a.distance - b.distance || a.index - b.index)
    .slice(0, count);
  const indices = new Set(chosen.map(({ index }) => index));
  return runs.filter((_, index) => indices.has(index));
}

function median(sorted: readonly number[]): number {
  const middle = sorted.length / 2;
  const [low = 0, high = low] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return (low + high) / 2;
}

/** @see https://en.wikipedia.org/wiki/Percentile#The_nearest-rank_method */
function nearestRank(sorted: readonly number[], share: number): number {
  return sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
}
