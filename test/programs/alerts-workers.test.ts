/** A task queue without workers is told once, in the place of what its jobs would tell, and a server that restarts is none. */
import { deepEqual, equal } from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../../testing/until';
import { Stage } from '../support/alerts/stage';
import { startStoredServer } from '../support/alerts/stored-server';

describe('a task queue', { concurrency: true }, () => {
  it('that was never polled is reported once, and resolved when a worker polls it', async () => {
    const stage = await Stage.start();
    try {
      const rule = { overMs: 1_000, successWithin: '20 seconds' } as const;
      await stage.isWatching(await stage.watch(stage.config({ jobs: { alone: rule, beside: rule } })));
      await stage.start('takes', [1], { job: 'alone' });
      await stage.start('takes', [1], { job: 'beside' });
      await stage.receiver.has(1);
      const [{ payload } = { payload: undefined }] = stage.receiver.taken();
      deepEqual(
        [payload?.type, payload?.data.taskQueue, payload?.data.waiting],
        ['job.no_worker', 'jobs', 2],
      );
      deepEqual(payload?.data.jobs, { names: ['alone', 'beside'], count: 2 });
      // Both are slow and overdue by now, which must not be reported as well.
      await sleep(15_000);
      deepEqual(stage.receiver.told(), ['job.no_worker open jobs']);
      await stage.whileWorking(async () => {
        await until(() => stage.receiver.told().includes('job.no_worker resolved jobs'), {
          says: 'not resolved',
        });
      });
    } finally {
      await stage.stop();
    }
  });

  it('that has lost all workers is reported once no poll is younger than 75 s', async () => {
    const stage = await Stage.start();
    try {
      await stage.isWatching(await stage.watch());
      await stage.whileWorking(() => stage.run('fleet', 'takes', [1]));
      await stage.start('takes', [1], { job: 'fleet' });
      await stage.receiver.has(1, 150_000);
      deepEqual(stage.receiver.told(), ['job.no_worker open jobs']);
      await stage.whileWorking(async () => {
        await stage.receiver.has(2);
      });
      deepEqual(stage.receiver.told(), ['job.no_worker open jobs', 'job.no_worker resolved jobs']);
    } finally {
      await stage.stop();
    }
  });

  it('is not reported when the server restarts, and the watcher continues', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'alerts-server-'));
    const server = await startStoredServer(join(folder, 'temporal.db'));
    const stage = await Stage.start({ server });
    try {
      await stage.isWatching(await stage.watch());
      await stage.whileWorking(async () => {
        await stage.run('before', 'breaks', []);
        await stage.receiver.has(1);
        // Due while the server starts again.
        await stage.start('takes', [1], { job: 'delayed', startDelay: '4 seconds' });
        await server.restart();
        await stage.run('after', 'breaks', []);
        await stage.receiver.has(2, 120_000);
        // Longer than a task queue has to be without a worker: its lack, as after a restart, is not reported.
        await sleep(20_000);
      });
      deepEqual(stage.receiver.told(), ['job.failed open before', 'job.failed open after']);
      equal(stage.receiver.received.length, 2);
    } finally {
      await stage.stop();
      await rm(folder, { recursive: true });
    }
  });
});
