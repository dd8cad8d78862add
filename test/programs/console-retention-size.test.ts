/** Retention of spans by size, on a store that fills up. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { closeSync, openSync, readdirSync, readlinkSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { AgingStore, DAY_MS, LIMITS, MIB, START } from '../support/aging-store';

let store: AgingStore;

beforeEach(() => {
  store = new AgingStore();
});

afterEach(() => store.remove());

describe('the size of the store', () => {
  for (const what of ['ordinary', 'kept'] as const) {
    it(`never exceeds the limit by more than a minute of intake: ${what} traces`, async () => {
      const limits = {
        ...LIMITS,
        spans: { maxAgeMs: 7 * DAY_MS, maxBytes: 8 * MIB },
        kept: { maxAgeMs: 30 * DAY_MS, maxBytes: 4 * MIB },
      };
      store.reopen(limits);
      const seconds = 1_500;
      const perSecond = 5;
      const bytesOfSpan = 4096;
      let most = 0;
      let segmentsSeen = 0;
      for (let second = 0; second < seconds; second++) {
        store.now += 1000;
        const traces = Array.from({ length: perSecond }, (_, index) => second * perSecond + index);
        store.write(traces, 0, bytesOfSpan);
        if (what === 'ordinary') store.ended(traces, 'success');
        // As much as the thread does in the time of one write.
        for (let step = 0; step < 5 && store.files.tidy(); step++);
        most = Math.max(most, store.bytesOnDisk());
        segmentsSeen = Math.max(segmentsSeen, store.segments('spans').length);
      }
      const written = seconds * perSecond * bytesOfSpan;
      const cap = limits.spans.maxBytes + (what === 'kept' ? limits.kept.maxBytes : 0);
      ok(written > 1.5 * cap, 'more was written than fits');
      ok(most < cap + 60 * perSecond * bytesOfSpan, `${most / MIB} MB of ${cap / MIB} MB`);
      ok(segmentsSeen > 8, 'a part leaves at a time');
      equal(await store.isThere((seconds - 1) * perSecond), true, 'the newest are there');
      equal(await store.isThere(0), false, 'the oldest are not');
      const { bytes, maxBytes, oldestAt = 0 } = store.files.calls.spanStatus();
      deepEqual([bytes, maxBytes, oldestAt > START], [store.bytesOnDisk(), 12 * MIB, true]);
    });
  }

  it('stays within the limit despite a damaged segment, which hides only its own traces', async () => {
    const traces = Array.from({ length: 1000 }, (_, index) => index);
    store.write(traces);
    store.ended(traces, 'failure');
    store.files.close();
    const [name = ''] = store.segments('spans');
    // All but the head, which is what tells that it is a database of this version.
    const file = openSync(join(store.directory, name), 'r+');
    writeSync(file, Buffer.alloc(statSync(join(store.directory, name)).size - 4096, 'x'), 0, undefined, 4096);
    closeSync(file);
    store.reopen();
    store.now += DAY_MS;
    store.write([2000]);
    deepEqual([await store.isThere(1), await store.isThere(2000)], [false, true]);
    store.now += 7 * DAY_MS;
    store.tidyAll();
    equal(store.segments('spans').length, 1);
  });

  it('shrinks on disk although a driver keeps its files open', () => {
    const traces = Array.from({ length: 1000 }, (_, index) => index);
    store.write(traces);
    store.ended(traces, 'success');
    store.now += 8 * DAY_MS;
    store.tidyAll();
    equal(store.segments('spans').length, 0);
    const held = readdirSync('/proc/self/fd')
      .map((fd) => join('/proc/self/fd', fd))
      .filter((fd) => linkOf(fd).startsWith(join(store.directory, 'spans-')))
      .reduce((sum, fd) => sum + statSync(fd).size, 0);
    // The shared memory beside a database.
    ok(held <= 32 * 1024, `${held} bytes of deleted files`);
  });
});

function linkOf(fd: string): string {
  try {
    return readlinkSync(fd);
  } catch {
    return '';
  }
}
