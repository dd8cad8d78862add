/**
 * Retention of spans on a filled store, by a clock of the test: by age and by size, of whole segments; traces that are
 * worth it are kept longer; and what is missing is told.
 */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { embeddedTraces, type Trace } from '../../console/sources';
import type { ClosedState, RunSummary, StoreLimits } from '../../console/store';
import { sqlDriver } from '../../console/store/sql/driver';
import { openStoreFiles, type StoreFiles } from '../../console/store/thread/store-files';
import { jsonSpan, nanos, spanId, traceId, traceRequest } from '../support/otlp-request';

const MIB = 1024 * 1024;
const DAY_MS = 24 * 60 * 60 * 1000;
const START = Date.UTC(2026, 0, 1);
const LIMITS: StoreLimits = {
  runs: { maxAgeMs: 400 * DAY_MS, maxBytes: 1024 * MIB },
  spans: { maxAgeMs: 7 * DAY_MS, maxBytes: 64 * MIB },
  kept: { maxAgeMs: 30 * DAY_MS, maxBytes: 16 * MIB },
};

let directory: string;
let now: number;
let files: StoreFiles;

const open = (limits = LIMITS) => openStoreFiles(sqlDriver(), { directory, limits }, () => now);

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'console-retention-'));
  now = START;
  files = open();
});

afterEach(() => {
  files.close();
  rmSync(directory, { recursive: true });
});

/** Writes a span of each trace, of about so many bytes that cannot be compressed. */
function write(traces: readonly number[], span = 0, bytesOfSpan = 1024): void {
  const spans = traces.map((trace) =>
    jsonSpan({
      traceId: traceId(trace),
      spanId: spanId(span),
      startTimeUnixNano: nanos(now - 1000),
      endTimeUnixNano: nanos(now),
      attributes: [
        { key: 'noise', value: { stringValue: randomBytes(bytesOfSpan * 0.75).toString('base64') } },
      ],
    }),
  );
  const bytes = new TextEncoder().encode(traceRequest(spans));
  const { outcomes } = files.calls.write([{ bytes, encoding: 'json' }]);
  deepEqual(outcomes, [{ accepted: traces.length, refused: { ids: 0, times: 0, form: 0 } }]);
}

/** Makes runs with these traces known. */
function close(traces: readonly number[], state: ClosedState, isForced = false): void {
  const runs = traces.map(
    (trace): RunSummary => ({
      namespace: 'default',
      job: 'nightly',
      workflowId: `nightly-${trace}`,
      runId: `run-${trace}`,
      workflowType: 'report',
      traceId: traceId(trace),
      state,
      startedAt: now,
      closedAt: now,
      durationMs: 0,
      isListed: true,
      isForced,
    }),
  );
  files.calls.addRuns(runs);
}

function read(trace: number): Promise<Trace | undefined> {
  const source = embeddedTraces({ chunks: async (id) => files.calls.readTrace(id) });
  return source.trace(traceId(trace));
}

const isThere = async (trace: number) => (await read(trace)) !== undefined;
const segments = (kind: string) =>
  readdirSync(directory).filter((name) => name.startsWith(kind) && name.endsWith('.db'));

function bytesOnDisk(): number {
  return readdirSync(directory)
    .filter((name) => /^(spans|kept)/.test(name))
    .reduce((sum, name) => sum + statSync(join(directory, name)).size, 0);
}

function tidyAll(): void {
  while (files.tidy());
}

describe('spans past their retention', () => {
  it('are removed after seven to eight days, one day at a time', async () => {
    for (let day = 0; day < 10; day++) {
      now = START + day * DAY_MS;
      write([day]);
      close([day], 'success');
      tidyAll();
      const expected = Array.from({ length: day + 1 }, (_, index) => day - index < 8);
      const got = await Promise.all(expected.map((_, trace) => isThere(trace)));
      deepEqual(got, expected, `day ${day}`);
    }
    equal(segments('spans').length, 8);
    equal(segments('kept').length, 0);
  });

  it('are removed even if nothing is written', async () => {
    write([1]);
    close([1], 'success');
    now += 7 * DAY_MS;
    tidyAll();
    equal(await isThere(1), true);
    now += DAY_MS;
    tidyAll();
    deepEqual([await isThere(1), segments('spans')], [false, []]);
  });

  it('stay for 30 days if their run failed, was forced or is not known to have ended', async () => {
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
    write([...states.keys(), unknown]);
    for (const [trace, [state, isForced]] of states.entries()) close([trace], state, isForced);
    now += 8 * DAY_MS;
    tidyAll();
    const there = async () =>
      (await Promise.all([...states.keys(), unknown].map(isThere))).map((is, trace) => (is ? trace : -1));
    deepEqual(await there(), [-1, 1, 2, 3, -1, -1, 6, unknown]);
    equal((await read(1))?.isBeginningExpired, false);
    now += 30 * DAY_MS;
    tidyAll();
    deepEqual(await there(), [-1, 1, 2, 3, -1, -1, 6, unknown]);
    now += DAY_MS;
    tidyAll();
    deepEqual(new Set(await there()), new Set([-1]));
    deepEqual([segments('spans'), segments('kept')], [[], []]);
  });

  it('that stay longer are returned once, at any time and across a restart', async () => {
    const traces = Array.from({ length: 350 }, (_, index) => index);
    write(traces);
    close(
      traces.filter((trace) => trace % 2 === 0),
      'success',
    );
    now += 8 * DAY_MS;
    for (let step = 0, hasMore = true; hasMore; step++) {
      hasMore = files.tidy();
      if (step === 1) {
        files.close();
        files = open();
      }
      for (const trace of [1, 101, 251, 349]) {
        const spans = (await read(trace))?.spans ?? [];
        deepEqual(
          spans.map(({ received }) => received),
          [1],
          `trace ${trace} after step ${step}`,
        );
      }
    }
    equal(await isThere(2), false);
    equal(segments('spans').length, 0);
  });

  it('at the beginning of a longer trace: the trace shows that its beginning has expired', async () => {
    write([1, 2]);
    now += DAY_MS;
    write([1, 2], 1);
    write([3]);
    close([1], 'success');
    close([2], 'failure');
    close([3], 'success');
    now += 7 * DAY_MS;
    tidyAll();
    const told = async (trace: number) => {
      const found = await read(trace);
      return [found?.spans.length, found?.isBeginningExpired];
    };
    deepEqual(await told(1), [1, true], 'a success that has lost its beginning');
    deepEqual(await told(2), [2, false], 'a failure, which is whole');
    deepEqual(await told(3), [1, false], 'a success that began later');
  });

  it('of a trace with one more late span: the trace shows that its beginning has expired', async () => {
    write([1]);
    close([1], 'success');
    const sentAt = now;
    now += 8 * DAY_MS;
    tidyAll();
    const arrivedAt = now;
    now = sentAt;
    write([1], 1);
    now = arrivedAt;
    write([4]);
    deepEqual([(await read(1))?.spans.length, (await read(1))?.isBeginningExpired], [1, true]);
    equal((await read(4))?.isBeginningExpired, false);
  });
});

describe('the size of the store', () => {
  for (const what of ['ordinary', 'kept'] as const) {
    it(`never exceeds the limit by more than a minute of intake: ${what} traces`, async () => {
      files.close();
      const limits = {
        ...LIMITS,
        spans: { maxAgeMs: 7 * DAY_MS, maxBytes: 8 * MIB },
        kept: { maxAgeMs: 30 * DAY_MS, maxBytes: 4 * MIB },
      };
      files = open(limits);
      const perSecond = 50;
      const bytesOfSpan = 4096;
      let most = 0;
      let segmentsSeen = 0;
      for (let second = 0; second < 150; second++) {
        now += 1000;
        const traces = Array.from({ length: perSecond }, (_, index) => second * perSecond + index);
        write(traces, 0, bytesOfSpan);
        if (what === 'ordinary') close(traces, 'success');
        // As much as the thread does in the time of one write.
        for (let step = 0; step < 5 && files.tidy(); step++);
        most = Math.max(most, bytesOnDisk());
        segmentsSeen = Math.max(segmentsSeen, segments('spans').length);
      }
      const written = 150 * perSecond * bytesOfSpan;
      const cap = limits.spans.maxBytes + (what === 'kept' ? limits.kept.maxBytes : 0);
      ok(written > 1.5 * cap, 'more was written than fits');
      ok(most < cap + 60 * perSecond * bytesOfSpan, `${most / MIB} MB of ${cap / MIB} MB`);
      ok(segmentsSeen > 8, 'a part leaves at a time');
      equal(await isThere(149 * perSecond), true, 'the newest are there');
      equal(await isThere(0), false, 'the oldest are not');
      const { bytes, maxBytes, oldestAt = 0 } = files.calls.spanStatus();
      deepEqual([bytes, maxBytes, oldestAt > START], [bytesOnDisk(), 12 * MIB, true]);
    });
  }

  it('stays within the limit despite a damaged segment, which hides only its own traces', async () => {
    const traces = Array.from({ length: 1000 }, (_, index) => index);
    write(traces);
    close(traces, 'failure');
    files.close();
    const [name = ''] = segments('spans');
    // All but the head, which is what tells that it is a database of this version.
    const file = openSync(join(directory, name), 'r+');
    writeSync(file, Buffer.alloc(statSync(join(directory, name)).size - 4096, 'x'), 0, undefined, 4096);
    closeSync(file);
    files = open();
    now += DAY_MS;
    write([2000]);
    deepEqual([await isThere(1), await isThere(2000)], [false, true]);
    now += 7 * DAY_MS;
    tidyAll();
    equal(segments('spans').length, 1);
  });

  it('shrinks on disk although a driver keeps its files open', () => {
    const traces = Array.from({ length: 1000 }, (_, index) => index);
    write(traces);
    close(traces, 'success');
    now += 8 * DAY_MS;
    tidyAll();
    equal(segments('spans').length, 0);
    const held = readdirSync('/proc/self/fd')
      .map((fd) => join('/proc/self/fd', fd))
      .filter((fd) => linkOf(fd).startsWith(join(directory, 'spans-')))
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
