/** Closed runs in the console's `index.db`, through the store's thread: lists, filters, pages, limits. */
import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { openStore, type RunSummary, type Store, StoreError } from '../../console/store';
import { sqlDriver } from '../../console/store/sql/driver';
import { openStoreFiles } from '../../console/store/thread/store-files';
import { tidyAll } from '../support/aging-store';

const START = Date.UTC(2026, 0, 1);
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

let directory: string;
let store: Store;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'console-runs-'));
  store = await openStore({ directory });
});

afterEach(async () => {
  await store.close();
  rmSync(directory, { recursive: true });
});

/** The nth run of a job: a minute after the one before, n + 1 seconds long. */
function run(index: number, changes: Partial<RunSummary> = {}): RunSummary {
  const id = createHash('sha256').update(`${changes.namespace} ${changes.job} ${index}`).digest('hex');
  const startedAt = START + index * MINUTE_MS;
  return {
    namespace: 'default',
    job: 'nightly',
    workflowId: `nightly-${index}`,
    runId: `${id.slice(0, 8)}-${id.slice(8, 12)}-4${id.slice(13, 16)}-8${id.slice(17, 20)}-${id.slice(20, 32)}`,
    workflowType: 'report',
    traceId: id.slice(32),
    state: 'success',
    startedAt,
    closedAt: startedAt + (index + 1) * 1000,
    durationMs: (index + 1) * 1000,
    isListed: true,
    ...changes,
  };
}

const many = (count: number, changes: (index: number) => Partial<RunSummary> = () => ({})) =>
  Array.from({ length: count }, (_, index) => run(index, changes(index)));

const numbers = (runs: readonly RunSummary[]) => runs.map(({ durationMs }) => durationMs / 1000 - 1);

describe('the index of closed runs', () => {
  it('returns exactly the stored properties of a run', async () => {
    const full = run(0, {
      dueAt: START - 250,
      waitedMs: 250.5,
      trigger: 'schedule',
      isForced: true,
      startedBy: 'ann@example.com',
      reason: 'again, after the fix',
      sampled: true,
      samplingReason: 'manual',
      attempt: 3,
      errorLine: '<script>alert(1)</script>',
      scheduleId: 'every-night',
      isForgotten: false,
      state: 'failure',
    });
    const bare = run(1, { runId: 'not-a-uuid', isListed: false, state: 'unknown' });
    await store.runs.addRuns([full, bare]);
    deepEqual(await store.runs.run(full.runId), full);
    deepEqual(await store.runs.run(bare.runId), bare);
    equal(await store.runs.run(run(2).runId), undefined);
    deepEqual(await store.runs.runsOfTrace(full.traceId), [full]);
    deepEqual(await store.runs.runsOfTrace('0'.repeat(32)), []);
    deepEqual(await store.runs.runsOfWorkflow('default', full.workflowId), [full]);
    deepEqual(await store.runs.runsOfWorkflow('other', full.workflowId), []);
  });

  it('replaces the summary of a run, and keeps it across a restart', async () => {
    await store.runs.addRuns([run(0, { state: 'unknown' })]);
    await store.runs.addRuns([run(0)], {
      namespace: 'default',
      cursor: { fromAt: START, untilAt: START + 1 },
    });
    await store.close();
    store = await openStore({ directory });
    deepEqual((await store.runs.runs({ namespace: 'default', job: 'nightly' })).runs, [run(0)]);
    deepEqual(await store.runs.fillCursor('default'), {
      fromAt: START,
      untilAt: START + 1,
    });
    equal(await store.runs.fillCursor('other'), undefined);
  });

  it('keeps properties from a history when visibility lists the run again', async () => {
    const failed = run(0, { state: 'failure' });
    const read = { waitedMs: 20, startedBy: 'ann', reason: 'again', attempt: 2, errorLine: 'Error: no' };
    await store.runs.addRuns([{ ...failed, ...read, isListed: false }]);
    await store.runs.markForgotten([failed.runId]);
    await store.runs.addRuns([failed]);
    deepEqual(await store.runs.run(failed.runId), {
      ...failed,
      ...read,
      isListed: false,
      isForgotten: true,
    });
  });

  it('lists jobs with their last runs, usual durations, and failures since the last success', async () => {
    await store.runs.addRuns(many(40, (index) => ({ state: index < 37 ? 'success' : 'failure' })));
    await store.runs.addRuns(many(2, () => ({ namespace: 'other', state: 'timeout' })));
    await store.runs.addRuns(many(3, () => ({ job: 'shards only', isListed: false })));
    const [nightly, other, ...rest] = await store.runs.jobs();
    deepEqual(rest, []);
    ok(nightly && other);
    equal(nightly.job, 'nightly');
    deepEqual(nightly.last, run(39, { state: 'failure' }));
    equal(nightly.recent.length, 30);
    deepEqual(
      nightly.recent.slice(0, 4).map(({ state }) => state),
      ['failure', 'failure', 'failure', 'success'],
    );
    deepEqual(
      nightly.successMs,
      Array.from({ length: 20 }, (_, index) => (37 - index) * 1000),
    );
    equal(nightly.failingRuns, 3);
    deepEqual(
      [other.namespace, other.recent.length, other.successMs, other.failingRuns],
      ['other', 2, [], 2],
    );
    equal((await store.runs.jobs(['other'])).length, 1);

    await store.runs.addRuns([run(40, { state: 'success' })]);
    equal((await store.runs.jobs())[0]?.failingRuns, 0);
  });

  it('filters the runs of a job', async () => {
    await store.runs.addRuns(
      many(20, (index) => ({
        state: index % 2 === 0 ? 'success' : 'failure',
        trigger: index < 5 ? 'manual' : 'schedule',
        ...(index === 7 && { errorLine: 'No STOCK of item 100 %_' }),
        ...(index === 8 && { reason: 'the stock was wrong' }),
        isListed: index !== 19,
      })),
    );
    const found = async (filter: object) =>
      numbers((await store.runs.runs({ namespace: 'default', job: 'nightly', ...filter })).runs);
    deepEqual(await found({ states: ['failure'], triggers: ['manual'] }), [3, 1]);
    deepEqual(await found({ states: ['failure', 'success'], minMs: 17_000 }), [18, 17, 16]);
    deepEqual(await found({ maxMs: 2_000 }), [1, 0]);
    deepEqual(await found({ states: ['timeout'] }), []);
    deepEqual(await found({ states: [] }), []);
    deepEqual(await found({ q: 'stock' }), [8, 7]);
    deepEqual(await found({ q: '%_' }), [7]);
    deepEqual(await found({ q: 'nightly-12' }), [12]);
    deepEqual(await found({ job: 'missing' }), []);
  });

  it('pages through each run once, even if several started at the same time', async () => {
    await store.runs.addRuns(many(25, () => ({ startedAt: START })));
    const got: number[] = [];
    let cursor: string | undefined;
    do {
      const page = await store.runs.runs({
        namespace: 'default',
        job: 'nightly',
        limit: 10,
        ...(cursor && { cursor }),
      });
      got.push(...numbers(page.runs));
      cursor = page.cursor;
    } while (cursor);
    deepEqual(
      got,
      Array.from({ length: 25 }, (_, index) => 24 - index),
    );
    const foreign = await store.runs.runs({
      namespace: 'default',
      job: 'nightly',
      cursor: "'; DROP TABLE run",
    });
    equal(foreign.runs.length, 25);
  });

  it('finds neighbours and successes, and marks runs that Temporal no longer has', async () => {
    const key = { namespace: 'default', job: 'nightly' };
    await store.runs.addRuns(many(10, (index) => ({ state: index === 6 ? 'failure' : 'success' })));
    const { previous, next } = await store.runs.neighbours(key, run(5).startedAt);
    deepEqual(numbers([previous as RunSummary, next as RunSummary]), [4, 6]);
    deepEqual(await store.runs.neighbours(key, run(9).startedAt), { previous: run(8) });
    deepEqual(numbers(await store.runs.successes(key, { limit: 4 })), [9, 8, 7, 5]);
    deepEqual(numbers(await store.runs.successes(key, { startedBefore: run(2).startedAt })), [1, 0]);
    await store.runs.markForgotten([run(9).runId, 'unknown']);
    equal((await store.runs.jobs())[0]?.last.isForgotten, true);
  });

  it('keeps the last 50 profiles of each job', async () => {
    const key = { namespace: 'default', job: 'nightly' };
    for (let index = 0; index < 60; index++)
      await store.runs.putProfile(key, { runId: run(index).runId, closedAt: index, profile: { index } });
    await store.runs.putProfile(key, { runId: run(59).runId, closedAt: 59, profile: { index: 'new' } });
    const profiles = await store.runs.profiles<{ index: unknown }>(key);
    equal(profiles.length, 50);
    deepEqual(profiles[0], { runId: run(59).runId, closedAt: 59, profile: { index: 'new' } });
    deepEqual(await store.runs.profiles({ namespace: 'default', job: 'other' }), []);
  });

  it('rejects calls after it is closed', async () => {
    await store.close();
    await store.close();
    await rejects(store.runs.jobs(), (error) => error instanceof StoreError && error.problem === 'closed');
  });
});

describe('retention of closed runs', () => {
  let now = START;

  /** The store's files with a clock of the test. */
  const files = (runs: { maxAgeMs: number; maxBytes: number }) =>
    openStoreFiles(
      sqlDriver(),
      { directory: join(directory, 'own'), limits: { spans: runs, kept: runs, runs } },
      () => now,
    );

  it('removes runs that are too old, the oldest first', () => {
    const { calls, tidy, close } = files({ maxAgeMs: 400 * DAY_MS, maxBytes: 1024 ** 3 });
    calls.addRuns(many(2_000));
    const oldest = run(1_500).closedAt;
    now = oldest + 400 * DAY_MS;
    tidyAll(tidy);
    const { runs } = calls.runs({ namespace: 'default', job: 'nightly', limit: 1_000 });
    equal(runs.length, 500);
    equal(runs.at(-1)?.closedAt, oldest);
    now += 100 * DAY_MS;
    tidyAll(tidy);
    deepEqual(calls.jobs(), []);
    close();
  });

  it('removes profiles with their runs, so that they never push out all runs', () => {
    const { calls, tidy, close } = files({ maxAgeMs: 400 * DAY_MS, maxBytes: 4 * 1024 ** 2 });
    const runs = many(4_000, (index) => ({ job: `job ${index % 100}` }));
    calls.addRuns(runs);
    for (const { job, runId, closedAt } of runs)
      calls.putProfile({ namespace: 'default', job }, { runId, closedAt, profile: 'x'.repeat(2_000) });
    now = START;
    tidyAll(tidy);
    const newest = runs.at(-1) as RunSummary;
    equal(calls.run(newest.runId)?.runId, newest.runId);
    const isThere = runs.map(({ runId }) => calls.run(runId) !== undefined);
    const hasProfile = runs.map(({ job, runId }) =>
      calls.profiles({ namespace: 'default', job }).some((each) => each.runId === runId),
    );
    deepEqual(hasProfile, isThere);
    close();
    const { size } = statSync(join(directory, 'own', 'index.db'));
    ok(size <= 4 * 1024 ** 2, `${size} bytes`);
  });

  it('removes the oldest runs beyond the size', () => {
    const { calls, tidy, close } = files({ maxAgeMs: 400 * DAY_MS, maxBytes: 1024 ** 2 });
    calls.addRuns(many(10_000, () => ({ errorLine: 'x'.repeat(100) })));
    now = START;
    tidyAll(tidy);
    const { runs } = calls.runs({ namespace: 'default', job: 'nightly', limit: 1_000 });
    equal(runs.length, 1_000);
    equal(runs[0]?.startedAt, run(9_999).startedAt);
    close();
    const { size } = statSync(join(directory, 'own', 'index.db'));
    ok(size <= 1024 ** 2, `${size} bytes`);
  });
});
