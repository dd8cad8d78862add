/** The figures of part `lookup`, from its rounds. Pure. */
import { type Figure, figure } from '../core/figure';
import { estimate, median, quantile } from '../core/statistics';

/** Shards of the MapReduce run. */
export const SHARDS = 100;
const LOOKUPS = { find: 'traces.find', shards: `shards.list, of ${SHARDS},` } as const;

type Lookup = keyof typeof LOOKUPS;

/** Duration of each look-up of a round, in milliseconds. */
export type Round = Readonly<Record<Lookup, readonly number[]>>;

/** The rounds measured among a number of runs. */
export interface Size {
  readonly runs: number;
  readonly rounds: readonly Round[];
}

/** Returns the percentiles of each look-up among this number of runs. */
export function sizeFigures({ runs, rounds }: Size): Figure[] {
  return lookups().flatMap(([lookup, name]) =>
    Object.entries({ p50: 0.5, p99: 0.99 }).map(([share, value]) =>
      figure(
        `${name} among ${numbered(runs)} runs, ${share}`,
        'ms',
        estimate(rounds, (some) =>
          quantile(
            some.flatMap((round) => round[lookup]),
            value,
          ),
        ),
      ),
    ),
  );
}

/** Returns the growth of the p50 from the fewest runs to the most; each size has the same number of rounds. */
export function growthFigures(sizes: readonly Size[]): Figure[] {
  const [few, many] = [sizes[0], sizes.at(-1)];
  if (!few || !many) return [];
  const pairs = few.rounds.flatMap((small, index) => {
    const large = many.rounds[index];
    return large ? [{ small, large }] : [];
  });
  return lookups().map(([lookup, name]) => {
    const p50 = (rounds: readonly Round[]) => median(rounds.flatMap((round) => round[lookup]));
    const growth = estimate(
      pairs,
      (some) => p50(some.map(({ large }) => large)) / p50(some.map(({ small }) => small)),
    );
    return figure(`${name} p50 among ${numbered(many.runs)} over ${numbered(few.runs)}`, '×', growth);
  });
}

function lookups(): [Lookup, string][] {
  return Object.entries(LOOKUPS) as [Lookup, string][];
}

function numbered(value: number): string {
  return value.toLocaleString('en-US');
}
