/**
 * A job outlives the runs of its controller, its workers, and the code of both.
 */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ManualRun } from 'temporal-job-tracing/client';
import { Runs } from '../support/runs';
import { Job, SCHEDULED_PATH } from '../support/scheduled-jobs';

const CALLERS = 5;
const CALLS_EACH = 12;
const JOBS = 50;

describe('a scheduledJob', () => {
  let runs: Runs;

  before(async () => {
    runs = await Runs.start({ options: { workflowsPath: SCHEDULED_PATH } });
  });
  after(() => runs.stop());

  it('continues as new under load: every update is answered by one of its runs, and it ticks on', async () => {
    const job = await new Job(runs, 'load').start({ workflow: 'quick', cron: '@every 1s' });
    const cron = await job.openCronId();
    const first = (await job.handle.describe()).runId;
    const answers: ManualRun[] = [];
    const calls = Array.from({ length: CALLERS }, async (_, caller) => {
      for (let call = 0; call < CALLS_EACH; call++) {
        answers.push(
          await job.handle.executeUpdate<ManualRun, [object]>('runNow', { args: [{ reason: `${caller}` }] }),
        );
        await job.handle.signal('runNow', { reason: 'by signal' });
        // The callers do not call in step.
        await sleep(10 * caller);
      }
    });
    await Promise.all(calls);
    equal(new Set(answers.map(({ runId }) => runId)).size, CALLERS * CALLS_EACH);
    // Requests by signal are not lost either.
    await runs.closedRuns(`WorkflowId STARTS_WITH '${job.id}/manual-'`, 2 * CALLERS * CALLS_EACH, 120_000);
    const { historyLength } = await job.waitForContinueAsNew(first);
    ok(historyLength < 5_000, `its history has ${historyLength} events`);
    const status = await job.statusWhen(({ manualRuns }) => manualRuns.length === 10);
    deepEqual(status.refusals, []);
    equal(await job.onlyCronId(), cron);
    const before = (await runs.closedRunIds(job.tickId)).length;
    await runs.closedRunIds(job.tickId, before + 1);
    await job.signal('stop');
    await job.waitUntilClosed();
  });

  it('survives its worker: requests sent meanwhile are carried out, and an open run continues', async () => {
    const taskQueue = runs.harness.newTaskQueue();
    const working = async <T>(fn: () => Promise<T>): Promise<T> => {
      // A bundle of its own, like the next release of the worker.
      const options = { workflowsPath: SCHEDULED_PATH };
      const worker = await runs.harness.createWorker(taskQueue, { options });
      return runs.harness.whileRunning([worker], fn);
    };
    const job = new Job(runs, 'restart', taskQueue);
    const tick = await working(async () => {
      await job.start({ workflow: 'slow', args: [4_000], cron: '@every 1s' });
      return runs.openRunId(job.tickId);
    });
    await job.signal('runNow', { args: [1], reason: 'while it was away' });
    await job.signal('change', { name: 'renamed' });
    await working(async () => {
      const status = await job.statusWhen(
        ({ job: name, manualRuns }) => name === 'renamed' && manualRuns.length === 1,
      );
      equal(status.manualRuns[0]?.reason, 'while it was away');
      equal(await runs.harness.client.workflow.getHandle(job.tickId, tick).result(), 'slept');
      await runs.closedRunIds(job.tickId, 2);
      await job.signal('stop');
      await job.waitUntilClosed();
    });
  });

  it(`is one of ${JOBS} on one worker, each with its ticks and its manual runs`, async () => {
    const jobs = Array.from({ length: JOBS }, (_, index) => new Job(runs, `many-${index}`));
    const { workflow } = runs.harness.client;
    await Promise.all(
      jobs.map(({ id }, index) =>
        workflow.start('scheduledJob', {
          workflowId: id,
          taskQueue: runs.taskQueue,
          args: [{ workflow: 'report', cron: '@every 10s', args: [index] }],
        }),
      ),
    );
    const byHand = await Promise.all(jobs.map(({ handle }) => handle.executeUpdate<ManualRun, []>('runNow')));
    equal(new Set(byHand.map(({ runId }) => runId)).size, JOBS);
    for (const [index, job] of jobs.entries()) {
      const [runId = ''] = await runs.closedRunIds(job.tickId, 1, 120_000);
      deepEqual((await workflow.getHandle(job.tickId, runId).result()).args, [index]);
      equal((await runs.harness.searchAttributesOf(job.tickId, runId)).JobName, job.id);
    }
    await Promise.all(jobs.map(({ handle }) => handle.signal('stop')));
    for (const job of jobs) await job.waitUntilClosed();
  });
});
