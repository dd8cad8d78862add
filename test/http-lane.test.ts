/** Gray (canary) releases: only the TraceId determines whether a run is in the lane. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { trafficHeaders } from '../activities/http/traffic';
import { retryAfterMs } from '../core/http/retry-after';
import { isInLane } from '../core/lane';

const RUNS = 10_000;
/** The same ids in each test run, in the form of a UUIDv7, whose first digits are the time. */
const traceIds = Array.from({ length: RUNS }, (_, i) => {
  const random = createHash('sha256').update(String(i)).digest('hex');
  return (1_700_000_000_000 + i * 60_000).toString(16).padStart(12, '0') + random.slice(0, 20);
});
const inLane = (share: number, name = 'gray') => traceIds.filter((id) => isInLane(id, { name, share }));

describe('the share of runs in a lane', () => {
  for (const share of [0.01, 0.1, 0.5, 0.9]) {
    it(`is ${share} of 10,000, within four standard deviations`, () => {
      const deviation = Math.sqrt(RUNS * share * (1 - share));
      const count = inLane(share).length;
      ok(Math.abs(count - RUNS * share) < 4 * deviation, `${count} runs`);
    });
  }

  it('is none with 0, and all with 1 or without a share', () => {
    equal(inLane(0).length, 0);
    equal(inLane(1).length, RUNS);
    equal(traceIds.filter((id) => isInLane(id, { name: 'gray' })).length, RUNS);
  });

  it('keeps its runs when it is raised', () => {
    const more = new Set(inLane(0.2));
    deepEqual(
      inLane(0.1).filter((id) => !more.has(id)),
      [],
    );
  });

  it('does not depend on sampling or on another lane', () => {
    const isSampled = (id: string) => Number.parseInt(id.slice(-14), 16) / 16 ** 14 >= 0.9;
    const sampled = inLane(0.1).filter(isSampled).length;
    const blue = new Set(inLane(0.1, 'blue'));
    const both = inLane(0.1).filter((id) => blue.has(id)).length;
    // The expected number is 100 for each, with a standard deviation of 10.
    ok(sampled > 60 && sampled < 140, `${sampled} of them are sampled`);
    ok(both > 60 && both < 140, `${both} of them are in the lane blue, too`);
  });

  it('assigns a run to the same lane in every version', () => {
    const ids = [
      '01a20ab5370e761aa72e5e02d38d50af',
      '7155a065c5614dd78b62fc2a2f81be69',
      '55fa845cb4084502a124be3108be03ed',
    ];
    deepEqual(
      ids.map((id) => isInLane(id, { name: 'gray', share: 0.5 })),
      [false, true, true],
    );
  });
});

describe('the plain header of a lane', () => {
  const headerOf = (lane: string) =>
    trafficHeaders({ origin: 'scheduler', lane, loadTest: false })['x-traffic-lane'];

  it('has its name, and is valid whatever foreign baggage contains', () => {
    equal(headerOf('gray-2.1_x'), 'gray-2.1_x');
    equal(headerOf('灰度\n'), '%E7%81%B0%E5%BA%A6%0A');
  });
});

describe('Retry-After', () => {
  const now = Date.parse('2030-01-01T00:00:00Z');
  const CASES: readonly [header: string | undefined, ms: number | undefined][] = [
    [undefined, undefined],
    ['120', 120_000],
    [' 0 ', 1],
    ['Tue, 01 Jan 2030 00:00:30 GMT', 30_000],
    ['Mon, 31 Dec 2029 00:00:00 GMT', 1],
    ['999999999999', 3_600_000],
    ['soon', undefined],
    ['', undefined],
    ['-5', undefined],
  ];
  for (const [header, ms] of CASES) {
    it(`${JSON.stringify(header)} is ${ms}`, () => equal(retryAfterMs(header, now), ms));
  }
});
