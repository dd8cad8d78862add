/**
 * Retention of spans by age, by a clock of the test: whole segments leave, traces that are worth it are kept longer,
 * and what is missing is told.
 */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { ClosedState } from '../../console/store';
import { AgingStore, DAY_MS, LIMITS, MIB, START } from '../support/aging-store';

const HOUR_MS = DAY_MS / 24;

let store: AgingStore;

beforeEach(() => {
  store = new AgingStore();
});

afterEach(() => store.remove());

describe('spans past their retention', () => {
  it('are removed after seven to eight days, one day at a time', async () => {
    for (let day = 0; day < 10; day++) {
      store.now = START + day * DAY_MS;
      store.write([day]);
      store.ended([day], 'success');
      store.tidyAll();
      const expected = Array.from({ length: day + 1 }, (_, index) => day - index < 8);
      const got = await Promise.all(expected.map((_, trace) => store.isThere(trace)));
      deepEqual(got, expected, `day ${day}`);
    }
    equal(store.segments('spans').length, 8);
    equal(store.segments('kept').length, 0);
  });

  it('are removed even if nothing is written', async () => {
    store.write([1]);
    store.ended([1], 'success');
    store.now += 7 * DAY_MS;
    store.tidyAll();
    equal(await store.isThere(1), true);
    store.now += DAY_MS;
    store.tidyAll();
    deepEqual([await store.isThere(1), store.segments('spans')], [false, []]);
  });

  it('stay for 30 to 32 days if their run failed, was forced or is not known to have ended', async () => {
    const states: [ClosedState, boolean?][] = [
      ['success'],
      ['failure'],
      ['timeout'],
      ['termination'],
      ['cancellation'],
      ['continued'],
      ['success', true],
    ];
    const unknown = states.length;
    store.write([...states.keys(), unknown]);
    store.write([-1]);
    for (const [trace, [state, isForced]] of states.entries()) store.ended([trace], state, isForced);
    store.now += 8 * DAY_MS;
    store.tidyAll();
    const there = async () =>
      Promise.all(
        [...states.keys(), unknown].map(async (trace) => ((await store.isThere(trace)) ? trace : -1)),
      );
    deepEqual(await there(), [-1, 1, 2, 3, -1, -1, 6, unknown]);
    equal(await store.isThere(-1), false, 'a trace of no run, such as a user’s request');
    equal((await store.read(1))?.isBeginningExpired, false);
    store.now = START + 32 * DAY_MS - 1;
    store.tidyAll();
    deepEqual(await there(), [-1, 1, 2, 3, -1, -1, 6, unknown]);
    store.now += 1;
    store.tidyAll();
    deepEqual(new Set(await there()), new Set([-1]));
    deepEqual([store.segments('spans'), store.segments('kept')], [[], []]);
  });

  it('that stay longer wait for space on a full disk, at most six hours', async () => {
    store.write([1]);
    store.ended([1], 'failure');
    store.now += 8 * DAY_MS;
    store.setDiskFull(true);
    store.tidyAll();
    deepEqual([await store.isThere(1), store.segments('kept')], [true, []]);
    store.setDiskFull(false);
    store.tidyAll();
    deepEqual([await store.isThere(1), store.segments('spans')], [true, []]);
    store.write([2, 3]);
    store.ended([2, 3], 'failure');
    store.now += 8 * DAY_MS + 6 * HOUR_MS - 1;
    store.setDiskFull(true);
    store.tidyAll();
    equal(await store.isThere(2), true);
    store.now += 1;
    store.tidyAll();
    deepEqual([await store.isThere(2), store.segments('spans')], [false, []]);
  });

  it('that stay longer do not wait on a full disk if the size is exceeded', async () => {
    store.reopen({ ...LIMITS, spans: { maxAgeMs: 7 * DAY_MS, maxBytes: MIB } });
    store.write(Array<number>(2000).fill(1));
    store.ended([1], 'failure');
    store.now += DAY_MS;
    store.write([2]);
    store.setDiskFull(true);
    store.tidyAll();
    deepEqual([await store.isThere(1), await store.isThere(2)], [false, true]);
  });

  it('that stay longer are returned once, at any time and across a restart', async () => {
    const traces = Array.from({ length: 350 }, (_, index) => index);
    store.write(traces);
    store.ended(
      traces.filter((trace) => trace % 2 === 0),
      'success',
    );
    store.now += 8 * DAY_MS;
    for (const step of store.steps()) {
      if (step === 1) store.reopen();
      for (const trace of [1, 101, 251, 349]) {
        const spans = (await store.read(trace))?.spans ?? [];
        deepEqual(
          spans.map(({ received }) => received),
          [1],
          `trace ${trace} after step ${step}`,
        );
      }
    }
    equal(await store.isThere(2), false);
    equal(store.segments('spans').length, 0);
  });

  it('that stay longer are copied a little at a time, so that neither the disk nor writers notice', async () => {
    const traces = Array.from({ length: 20 }, (_, index) => index);
    for (const trace of traces) store.write(Array<number>(15).fill(trace), 0, 16 * 1024);
    store.now += 8 * DAY_MS;
    let most = 0;
    let before = 0;
    for (const _ of store.steps()) {
      const bytes = store.bytesOnDisk('kept');
      most = Math.max(most, bytes - before);
      before = bytes;
    }
    ok(store.bytesOnDisk('kept') > 3 * MIB, `${store.bytesOnDisk('kept') / MIB} MB stay`);
    // With the WAL, what is written is there twice.
    ok(most < 3 * MIB, `${most / MIB} MB at once`);
    for (const trace of traces) equal((await store.read(trace))?.spans[0]?.received, 15);
  });

  it('at the beginning of a longer trace: the trace shows that its beginning has expired', async () => {
    store.write([1, 2]);
    store.now += DAY_MS;
    store.write([1, 2], 1);
    store.write([3]);
    store.ended([1], 'success');
    store.ended([2], 'failure');
    store.ended([3], 'success');
    store.now += 7 * DAY_MS;
    store.tidyAll();
    const told = async (trace: number) => {
      const found = await store.read(trace);
      return [found?.spans.length, found?.isBeginningExpired];
    };
    deepEqual(await told(1), [1, true], 'a success that has lost its beginning');
    deepEqual(await told(2), [2, false], 'a failure, which is whole');
    deepEqual(await told(3), [1, false], 'a success that began later');
  });

  it('of a trace with one more late span: the trace shows that its beginning has expired', async () => {
    store.write([1]);
    store.ended([1], 'success');
    const sentAt = store.now;
    store.now += 8 * DAY_MS;
    store.tidyAll();
    const arrivedAt = store.now;
    store.now = sentAt;
    store.write([1], 1);
    store.now = arrivedAt;
    store.write([4]);
    deepEqual([(await store.read(1))?.spans.length, (await store.read(1))?.isBeginningExpired], [1, true]);
    equal((await store.read(4))?.isBeginningExpired, false);
  });
});

describe('a clock that was in the future for a moment', () => {
  const AHEAD_MS = 20 * DAY_MS;

  beforeEach(() => {
    store.now = START + AHEAD_MS;
    store.write([1]);
    store.ended([1], 'success');
    store.now = START;
  });

  for (const restarts of [false, true])
    it(`does not delay the end of later spans${restarts ? ', also after a restart' : ''}`, async () => {
      for (let day = 0; day < 9; day++) {
        store.now = START + day * DAY_MS;
        if (restarts) store.reopen();
        store.write([100 + day]);
        store.ended([100 + day], 'success');
        store.tidyAll();
      }
      deepEqual([await store.isThere(100), await store.isThere(101)], [false, true]);
      const { bytes } = store.files.calls.spanStatus();
      equal(bytes, store.bytesOnDisk());
      // Their own spans end by the time of their arrival.
      equal(await store.isThere(1), true);
      store.now = START + AHEAD_MS + 8 * DAY_MS;
      store.tidyAll();
      deepEqual(store.segments('spans'), []);
    });

  it('does not make traces seem incomplete when its spans are removed by size', async () => {
    store.now = START + AHEAD_MS;
    store.reopen({ ...LIMITS, spans: { maxAgeMs: 7 * DAY_MS, maxBytes: MIB } });
    const traces = Array.from({ length: 1000 }, (_, index) => 1000 + index);
    store.write(traces);
    store.ended(traces, 'success');
    store.now = START + HOUR_MS;
    store.tidyAll();
    equal(await store.isThere(1000), false);
    store.now += HOUR_MS;
    store.write([2]);
    equal((await store.read(2))?.isBeginningExpired, false);
  });

  it('of less than a day begins no further segments', () => {
    store.now = START + AHEAD_MS - DAY_MS + 1;
    store.write([2]);
    equal(store.segments('spans').length, 1);
  });
});
