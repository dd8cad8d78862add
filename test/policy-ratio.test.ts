/** Consistent probability sampling: the same id yields the same decision, and a higher ratio samples a superset. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { traceIdOfRun } from '../core/trace-id';
import { isSampled, thresholdOf } from '../sampling/ratio';

const idWith = (random: string) => `01990a7b5c3d7e2f00${random}`.slice(-32);
const LOWEST = idWith('00000000000000');
const SECOND = idWith('00000000000001');
const MIDDLE = idWith('80000000000000');
const BELOW_MIDDLE = idWith('7fffffffffffff');
const BELOW_HIGHEST = idWith('fffffffffffffe');
const HIGHEST = idWith('ffffffffffffff');

/** Returns a UUIDv7 of this millisecond, like Temporal's run ids, which share their first digits within a second. */
function runIdV7(): string {
  const time = Date.now().toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}

describe('ratios', () => {
  it('ids at the edges are decided by the threshold', () => {
    const table: readonly (readonly [number, string, string | undefined])[] = [
      //         the ids of [lowest, second, below middle, middle, below highest, highest] that are sampled
      [0, '......', undefined],
      [2 ** -58, '......', undefined],
      [2 ** -56, '.....x', 'ffffffffffffff'],
      [2 ** -55, '....xx', 'fffffffffffffe'],
      [0.5 - 2 ** -54, '....xx', '80000000000004'],
      [0.5, '...xxx', '8'],
      [0.5 + 2 ** -53, '..xxxx', '7ffffffffffff8'],
      [1 - 2 ** -53, '..xxxx', '00000000000008'],
      [1, 'xxxxxx', '0'],
    ];
    const ids = [LOWEST, SECOND, BELOW_MIDDLE, MIDDLE, BELOW_HIGHEST, HIGHEST];
    deepEqual(
      table.map(([ratio]) => [
        ratio,
        ids.map((id) => (isSampled(id, ratio) ? 'x' : '.')).join(''),
        thresholdOf(ratio),
      ]),
      table,
    );
  });

  it('thresholds match the specification', () => {
    // https://opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling/
    const table: readonly (readonly [number, string])[] = [
      [1, '0'],
      [0.75, '4'],
      [0.5, '8'],
      [0.25, 'c'],
      [1 / 16, 'f'],
      [1 / 256, 'ff'],
    ];
    for (const [ratio, threshold] of table) equal(thresholdOf(ratio), threshold);
    ok(thresholdOf(0.01)?.startsWith('fd70a3d'), 'one in a hundred');
    ok(thresholdOf(0.001)?.startsWith('ffbe76c'), 'one in a thousand');
  });

  it('the threshold alone, as in ot=th:, gives the same decision', () => {
    for (let round = 0; round < 1_000; round++) {
      const ratio = Math.random();
      const id = traceIdOfRun(randomUUID());
      equal(isSampled(id, ratio), id.slice(-14) >= (thresholdOf(ratio) ?? '').padEnd(14, '0'));
    }
  });

  it('only the last 56 bits count', () => {
    for (const random of ['00000000000000', '7fffffffffffff', 'ffffffffffffff']) {
      const decisions = ['0'.repeat(18), 'f'.repeat(18)].map((start) => isSampled(start + random, 0.4));
      equal(decisions[0], decisions[1]);
    }
  });

  for (const [kind, newId] of [
    ['version 4', randomUUID],
    ['version 7', runIdV7],
  ] as const) {
    it(`of 10,000 run ids of ${kind}, each ratio keeps its share, and a superset of every lower one's`, () => {
      const ids = Array.from({ length: 10_000 }, () => traceIdOfRun(newId()));
      let lower = new Set<string>();
      for (const ratio of [0, 0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 1]) {
        const sampled = new Set(ids.filter((id) => isSampled(id, ratio)));
        const expected = ratio * ids.length;
        const tolerance = 6 * Math.sqrt(expected * (1 - ratio));
        ok(Math.abs(sampled.size - expected) <= tolerance, `${sampled.size} of 10,000 at ${ratio}`);
        ok(
          [...lower].every((id) => sampled.has(id)),
          `superset at ${ratio}`,
        );
        lower = sampled;
      }
    });
  }
});
