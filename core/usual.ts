/**
 * What is usual for a job: from the durations of runs that succeeded, from due to close. Shared by the console and the
 * alerts, so that both mean the same by "usual" and "slow". Pure.
 */

/** What is usual, in milliseconds. */
export interface Usual {
  /** Durations that it was taken from. */
  readonly runs: number;
  readonly medianMs: number;
  readonly p5Ms: number;
  readonly p95Ms: number;
}

/** Which runs usual is taken from: the `last` successful ones, if there are `atLeast` so many. */
export const BASIS = Object.freeze({
  /** Of the console's sentence about a run. */
  sentence: { last: 20, atLeast: 5 },
  /** Of a learnt limit for slow runs. */
  limit: { last: 30, atLeast: 10 },
});

const MIN_LIMIT_MARGIN_MS = 10_000;
const MIN_DIFFERENCE_MS = 100;

/**
 * What is usual; `undefined` for too few runs. Negative durations (ticks that ended before they were due) and what is
 * not a number do not count.
 *
 * @param durationsMs of successful runs, the last one first
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

/** From this duration on a run is slow: the largest of 3 × median, 1.25 × p95 and median + 10 s. */
export function slowLimitMs({ medianMs, p95Ms }: Usual): number {
  return Math.max(3 * medianMs, 1.25 * p95Ms, medianMs + MIN_LIMIT_MARGIN_MS);
}

/**
 * A difference to the usual duration of at most this is not worth a sentence: 10 %, 0.1 s, or the less of twice the way
 * from the median to the 95th percentile and the way to 1.25 × that percentile (of a shorter run, the same by the 5th).
 *
 * Once the way to the percentile is too little: with 8 % of noise the percentile of 20 runs is so uncertain that a sixth
 * of the unchanged runs would get a sentence (here one in seventy), and with two modes more than a quarter (here one in sixty).
 */
export function negligibleMs({ medianMs, p5Ms, p95Ms }: Usual, differenceMs: number): number {
  const [spreadMs, beyondMs] =
    differenceMs > 0
      ? [p95Ms - medianMs, 1.25 * p95Ms - medianMs]
      : [medianMs - p5Ms, medianMs - p5Ms / 1.25];
  return Math.max(0.1 * medianMs, Math.min(2 * spreadMs, beyondMs), MIN_DIFFERENCE_MS);
}

/** The `count` runs whose durations are nearest to the median of all, in their order. */
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
