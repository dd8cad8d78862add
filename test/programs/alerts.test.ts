/** A job that fails, is slow or recovers is told once, with its trace, by a real watcher to a real receiver. */
import { deepEqual, doesNotMatch, equal, match, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { JobWatcher } from 'temporal-job-tracing/alerts';
import { until } from '../../testing/until';
import { Stage } from '../support/alerts/stage';

describe('alerts', () => {
  let stage: Stage;
  let watcher: JobWatcher;
  before(async () => {
    stage = await Stage.start();
    watcher = await stage.watch(
      stage.config({
        consoleUrl: 'http://console:4318',
        jobs: { slow: { overMs: 1_000 }, steady: { overMs: 5_000 } },
      }),
    );
    await stage.isWatching(watcher);
  });
  after(() => stage.stop());

  it('a job that fails is reported with its error and its trace, and its recovery once', async () => {
    await stage.whileWorking(async () => {
      stage.work = () => Promise.reject(new Error('the ledger does not answer'));
      const runId = await stage.run('nightly', 'nightly', ['nightly', 'secret argument']);
      const [first] = await stage.receiver.has(1);
      const { data } = first?.payload ?? {};
      const traceId = runId.replaceAll('-', '');
      deepEqual(data?.error, { type: 'Error', message: 'the ledger does not answer' });
      equal(data?.run?.traceId, traceId);
      equal(data?.run?.recorded, true);
      equal(data?.links?.trace, `http://console:4318/traces/${traceId}`);
      doesNotMatch(first?.body ?? '', /secret/);

      await stage.run('nightly');
      await stage.run('nightly');
      stage.work = () => {};
      await stage.run('nightly');
      await stage.receiver.has(2);
      deepEqual(stage.receiver.told(), ['job.failed open nightly', 'job.recovered resolved nightly']);
    });
  });

  it('a slow run is reported while it runs, and when it ends', async () => {
    const before = stage.receiver.received.length;
    let end = () => {};
    stage.work = () =>
      new Promise<void>((resolve) => {
        end = resolve;
      });
    await stage.whileWorking(async () => {
      const run = await stage.start('nightly', ['slow'], { job: 'slow' });
      await stage.receiver.has(before + 1);
      const { data } = stage.receiver.received[before]?.payload ?? {};
      deepEqual([data?.limitMs, data?.pending], [1_000, [{ activity: 'work', attempt: 1 }]]);
      end();
      await run.result();
      await stage.receiver.has(before + 2);
    });
    deepEqual(stage.receiver.told().slice(before), ['job.slow open slow', 'job.slow resolved slow']);
  });

  it('a run over the limit of its rule is reported with the usual duration, from five runs on', async () => {
    let end = () => {};
    await stage.whileWorking(async () => {
      stage.work = () => {};
      for (let run = 0; run < 5; run++) await stage.run('steady');
      stage.work = () => new Promise<void>((resolve) => (end = resolve));
      const { firstExecutionRunId } = await stage.start('nightly', ['steady'], { job: 'steady' });
      const { payload } = await until(
        () => stage.receiver.received.find(({ payload }) => payload.data.run?.runId === firstExecutionRunId),
        { says: () => `it was not told; there is: ${stage.receiver.told()}` },
      );
      const { usualMs = Number.NaN, text } = payload.data;
      match(text, /^steady is slow: [\d.]+ s, usually [\d.]+ s \(limit 5\.0 s\)/);
      ok(usualMs > 0 && usualMs < 5_000, `${usualMs}`);
      const before = stage.receiver.received.length;
      end();
      await stage.receiver.has(before + 1);
    });
  });

  it('a run that fails after it was reported as slow is also reported as failed', async () => {
    const before = stage.receiver.received.length;
    let fail = (_: Error) => {};
    stage.work = () => new Promise<void>((_, reject) => (fail = reject));
    await stage.whileWorking(async () => {
      const run = await stage.start('nightly', ['slow'], { job: 'slow' });
      await stage.receiver.has(before + 1);
      fail(new Error('too late'));
      await run.result().catch(() => {});
      await stage.receiver.has(before + 3);
    });
    const [first, ...others] = stage.receiver.told().slice(before);
    equal(first, 'job.slow open slow');
    deepEqual(others.sort(), ['job.failed open slow', 'job.slow resolved slow']);
  });
});
