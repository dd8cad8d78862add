/**
 * A run that is cancelled before its first workflow task is bound like any other: only what a refused task leaves in
 * its history counts as a retry.
 */
import { deepEqual, equal } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { id, Runs, traceIdOf } from './support/runs';

describe('a run that is cancelled before its first task', { concurrency: 3 }, () => {
  let runs: Runs;

  before(async () => {
    runs = await Runs.start();
  });
  after(() => runs.stop());

  /** Waits until the run ends as cancelled, and asserts that it is bound and traced. */
  async function expectBound(workflowId: string, runId: string, trigger: string): Promise<void> {
    const root = await runs.rootSpanOf(runId);
    equal(root.attributes['job.result'], 'cancellation');
    deepEqual(await runs.harness.searchAttributesOf(workflowId, runId), {
      TraceId: traceIdOf(runId),
      JobName: 'oneActivity',
      JobTrigger: trigger,
      JobRunId: runId,
      TraceSampled: true,
    });
  }

  for (const [what, workflowId, signals] of [
    ['while no worker runs', id('cancelled'), []],
    ['beside signals', id('cancelled-signalled'), ['one', 'two']],
  ] as const)
    it(what, async () => {
      const taskQueue = runs.harness.newTaskQueue();
      const handle = await runs.harness.client.workflow.start('oneActivity', { taskQueue, workflowId });
      for (const name of signals) await handle.signal(name);
      await handle.cancel();
      await runs.startWorker({}, taskQueue);
      await expectBound(workflowId, handle.firstExecutionRunId, 'api');
    });

  it('while a cron waits for its tick', async () => {
    const { taskQueue } = runs;
    const workflowId = id('cancelled-cron');
    const start = { taskQueue, workflowId, cronSchedule: '0 0 1 1 *' };
    const handle = await runs.harness.client.workflow.start('oneActivity', start);
    await handle.cancel();
    await expectBound(workflowId, handle.firstExecutionRunId, 'cron');
  });
});
