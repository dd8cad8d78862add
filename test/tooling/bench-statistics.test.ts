/** Statistics of the benchmarks: estimates, intervals, and whether a target is met. */
import { deepEqual, equal, ok, throws } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { counted, figure } from '../../bench/core/figure';
import { alternate } from '../../bench/core/rounds';
import { estimate, median, midmean, quantile } from '../../bench/core/statistics';
import { digits, tables } from '../../bench/core/table';

/** Returns numbers around 100 with the spread of many small disturbances, the same in each test run. */
function disturbed(count: number, seed: number): number[] {
  let state = seed;
  const next = () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  return Array.from({ length: count }, () => 94 + next() + next() + 4 * next() + 6 * next());
}

describe('an estimate of rounds', () => {
  it('is the statistic, with an interval around it that more rounds make narrower', () => {
    const few = estimate(disturbed(10, 1), median);
    const many = estimate(disturbed(1_000, 1), median);
    for (const { value, low, high, min, max } of [few, many])
      ok(min <= low && low <= value && value <= high && high <= max, `${[min, low, value, high, max]}`);
    ok(many.high - many.low < (few.high - few.low) / 3);
    equal(many.rounds, 1_000);
  });

  it('holds the true value in about 95 of 100 repetitions', () => {
    const truth = median(disturbed(100_000, 7));
    const repetitions = Array.from({ length: 100 }, (_, index) => estimate(disturbed(20, index + 2), median));
    const hits = repetitions.filter(({ low, high }) => low <= truth && truth <= high).length;
    ok(hits >= 88, `${hits} of 100`);
  });

  it('pairs measurements of the same round, so that a common disturbance cancels out', () => {
    const rounds = disturbed(20, 3).map((load) => ({ theirs: load, ours: load + 5 }));
    const added = estimate(rounds, (some) => median(some.map(({ ours, theirs }) => ours - theirs)));
    ok(Math.abs(added.low - 5) < 1e-9 && Math.abs(added.high - 5) < 1e-9);
  });

  it('is the same each time', () => deepEqual(estimate([1, 5, 2], median), estimate([1, 5, 2], median)));

  it('needs a round', () => throws(() => estimate([], median), /at least one round, got none/));
});

describe('the mean of the middle half', () => {
  it('counts values on its edge by their share', () => {
    const values = [[7], [1, 3], [900, 2, 4, -900], [1, 2, 3, 4, 5]];
    deepEqual(values.map(midmean), [7, 2, 3, 3]);
    // A quarter of six is one and a half: half of the 2 and of the 50, the 4 and the 6.
    equal(midmean([0, 2, 4, 6, 50, 999]), (0.5 * 2 + 4 + 6 + 0.5 * 50) / 3);
  });

  it('has a narrower interval than the median', () => {
    const widths = (statistic: typeof median) =>
      Array.from({ length: 40 }, (_, index) => estimate(disturbed(40, index + 2), statistic))
        .map(({ low, high }) => high - low)
        .reduce((sum, width) => sum + width);
    ok(widths(midmean) < 0.95 * widths(median), `${widths(midmean)} of ${widths(median)}`);
  });
});

describe('a quantile', () => {
  it('lies between neighbours by proportion', () => {
    deepEqual(
      [0, 0.25, 0.5, 0.9, 1].map((share) => quantile([40, 10, 30, 20], share)),
      [10, 17.5, 25, 37, 40],
    );
  });
});

describe('a target', () => {
  const interval = (low: number, high: number) => ({ value: 4, low, high, min: low, max: high, rounds: 9 });
  const cases: [number, number, boolean][] = [
    [3, 5, true],
    [3, 5.1, false],
    [6, 7, false],
  ];
  for (const [low, high, expected] of cases)
    it(`of at most 5 is ${expected ? 'met' : 'missed'} by the interval from ${low} to ${high}`, () => {
      equal(figure('x', '%', interval(low, high), { atMost: 5 }).met, expected);
    });

  it('is not met by one round, which has no interval', () => {
    equal(figure('x', '%', { ...interval(4, 4), rounds: 1 }, { atMost: 5 }).met, false);
  });

  it('that does not exist is neither met nor missed', () => {
    equal('met' in counted('x', 'KB', 3), false);
  });
});

describe('rounds', () => {
  it('measure each variant once, after rounds that do not count, and never in one fixed order', async () => {
    const measured: string[] = [];
    const rounds = await alternate(['a', 'b', 'c'], { rounds: 4, warmUp: 2 }, async (variant) => {
      measured.push(variant);
      return measured.length;
    });
    equal(rounds.length, 4);
    const orders = Array.from({ length: 6 }, (_, round) => measured.slice(3 * round, 3 * round + 3));
    for (const order of orders) deepEqual([...order].sort(), ['a', 'b', 'c']);
    for (const place of [0, 1, 2])
      deepEqual(new Set(orders.map((order) => order[place])), new Set(['a', 'b', 'c']), `place ${place}`);
    deepEqual(rounds[0], { [orders[2]?.[0] ?? '']: 7, [orders[2]?.[1] ?? '']: 8, [orders[2]?.[2] ?? '']: 9 });
  });
});

describe('the table', () => {
  it('shows three digits, and does not hide a missed target', () => {
    deepEqual([0, 0.01234, 1.234, 12.34, 12_345.6, -0.5].map(digits), [
      '0',
      '0.0123',
      '1.23',
      '12.3',
      '12,346',
      '-0.5',
    ]);
    const results = [
      {
        part: 'sandbox',
        figures: [
          figure('CPU', '%', { value: 4, low: 3, high: 6, min: 2, max: 9, rounds: 9 }, { atMost: 5 }),
          counted('growth', 'KB', 20, { atMost: 25 }),
        ],
      },
    ];
    deepEqual(tables(results).split('\n'), [
      'sandbox',
      '          value  95 % interval  rounds   target',
      '  CPU       4 %          3 – 6       9    ≤ 5 %  MISSED',
      '  growth  20 KB                         ≤ 25 KB     met',
    ]);
  });
});
