/** The usual duration of a job, and the limit from which a run is slow. */
import { deepEqual, equal } from 'node:assert/strict';
import { it } from 'node:test';
import { BASIS, nearestMedian, negligibleMs, slowLimitMs, usualOf } from '../core/usual';

const ANY = { runs: 20, p5Ms: 0 };
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

it('usual is the median and the 95th percentile by nearest rank, of the last runs', () => {
  deepEqual(usualOf([4, 1, 3, 2, 5], BASIS.sentence), { runs: 5, medianMs: 3, p5Ms: 1, p95Ms: 5 });
  deepEqual(usualOf(upTo(40), BASIS.sentence), { runs: 20, medianMs: 10.5, p5Ms: 1, p95Ms: 19 });
  deepEqual(usualOf(upTo(40), BASIS.limit), { runs: 30, medianMs: 15.5, p5Ms: 2, p95Ms: 29 });
});

it('too few runs have no usual duration; negative and broken durations are not runs', () => {
  equal(usualOf([1, 2, 3, 4], BASIS.sentence), undefined);
  equal(usualOf(upTo(9), BASIS.limit), undefined);
  equal(usualOf([], { last: 20, atLeast: 0 }), undefined);
  equal(usualOf([1, 2, 3, 4, -5, Number.NaN], BASIS.sentence), undefined);
  deepEqual(usualOf([-1, 1, 2, 3], { last: 3, atLeast: 3 }), { runs: 3, medianMs: 2, p5Ms: 1, p95Ms: 3 });
});

it('the limit for slow is the largest of 3 × median, 1.25 × p95 and median + 10 s', () => {
  equal(slowLimitMs({ ...ANY, medianMs: 60_000, p95Ms: 70_000 }), 180_000);
  equal(slowLimitMs({ ...ANY, medianMs: 60_000, p95Ms: 200_000 }), 250_000);
  equal(slowLimitMs({ ...ANY, medianMs: 50, p95Ms: 60 }), 10_050);
});

it('a difference is negligible up to 10 %, 0.1 s, or what the spread on its side allows', () => {
  equal(negligibleMs({ ...ANY, medianMs: 4_000, p5Ms: 3_900, p95Ms: 4_100 }, 1), 400);
  // Twice the spread for a steady job; a quarter above the percentile for one with outliers.
  equal(negligibleMs({ ...ANY, medianMs: 4_000, p5Ms: 3_900, p95Ms: 4_400 }, 1), 800);
  equal(negligibleMs({ ...ANY, medianMs: 4_000, p5Ms: 3_900, p95Ms: 9_000 }, 1), 7_250);
  equal(negligibleMs({ ...ANY, medianMs: 4_000, p5Ms: 3_400, p95Ms: 9_000 }, -1), 1_200);
  equal(negligibleMs({ ...ANY, medianMs: 4_000, p5Ms: 2_000, p95Ms: 9_000 }, -1), 2_400);
  equal(negligibleMs({ ...ANY, medianMs: 40, p5Ms: 38, p95Ms: 45 }, 1), 100);
});

it('the runs nearest the median are chosen by distance, and stay in their order', () => {
  const runs = [90, 10, 11, 500, 12, 9, 8].map((ms, index) => ({ ms, index }));
  deepEqual(
    nearestMedian(runs, ({ ms }) => ms, 5).map(({ ms }) => ms),
    [10, 11, 12, 9, 8],
  );
  deepEqual(
    nearestMedian([3, 1], (ms) => ms, 5),
    [3, 1],
  );
  deepEqual(
    nearestMedian([], (ms: number) => ms, 5),
    [],
  );
});
