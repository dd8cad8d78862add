/**
 * Queries replay a run that is not cached: they return their results, export nothing and change nothing.
 */
import { deepEqual } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { until } from '../testing/until';
import { Harness } from './support/harness';
import {
  firstTaskCompleted,
  historiesBundle,
  KINDS,
  recordedRuns,
  runToEnd,
  taskFailures,
} from './support/histories';
import { traceIdOf } from './support/runs';
import { close, everyCommand, progress } from './support/workflows/histories';

describe('queries on a worker that has never seen the run', { concurrency: 2 }, () => {
  let harness: Harness;
  before(async () => {
    harness = await Harness.start();
  });
  after(() => harness?.stop());

  async function worker(taskQueue: string, maxCachedWorkflows: number) {
    return harness.createWorker(taskQueue, {
      options: { workflowBundle: await historiesBundle(), maxCachedWorkflows },
    });
  }

  /** Returns the spans of the worker, without those of the downstream service, which may arrive at any time. */
  const exported = (traceId: string) =>
    harness.receiver
      .spans(traceId)
      .flatMap(({ spanId, resource }) => (resource['service.name'] === 'downstream' ? [] : [spanId]));

  it('three of a closed run export nothing', async () => {
    const taskQueue = harness.newTaskQueue();
    const workflowId = `${taskQueue} closed`;
    const kind = KINDS['every command'];
    const [run] = await harness.whileRunning([await worker(taskQueue, 10)], () =>
      runToEnd(harness.client, taskQueue, workflowId, kind ?? { type: '' }),
    );
    const traceId = traceIdOf(run?.runId ?? '');
    const before = exported(traceId);
    const handle = harness.client.workflow.getHandle(workflowId, run?.runId);
    const expected = await handle.result();
    await harness.whileRunning([await worker(taskQueue, 10)], async () => {
      for (let query = 0; query < 3; query++) deepEqual(await handle.query(progress), expected);
    });
    // The worker has stopped, so all its spans have arrived.
    deepEqual(exported(traceId), before);
    await harness.completeTrace(traceId);
  });

  it('of an open run export nothing, and its trace is complete in the end', async () => {
    const taskQueue = harness.newTaskQueue();
    const start = { taskQueue, workflowId: `${taskQueue} running` };
    const handle = await harness.whileRunning([await worker(taskQueue, 10)], async () => {
      const started = await harness.client.workflow.start(everyCommand, start);
      await firstTaskCompleted(started);
      const isNudged = async () => (await started.query(progress)).includes('nudged');
      await until(isNudged, { says: 'the run is not nudged' });
      return started;
    });
    const traceId = traceIdOf(handle.firstExecutionRunId);
    const before = exported(traceId);
    await harness.whileRunning([await worker(taskQueue, 0)], async () => {
      for (let query = 0; query < 3; query++) await handle.query(progress);
    });
    deepEqual(exported(traceId), before);
    await harness.whileRunning([await worker(taskQueue, 10)], async () => {
      await handle.query(progress);
      await handle.signal(close);
      await handle.query(progress);
      await handle.result();
    });
    await harness.completeTrace(traceId);
    for (const { history } of await recordedRuns(
      harness.client,
      handle.workflowId,
      handle.firstExecutionRunId,
    ))
      deepEqual(taskFailures(history), []);
  });
});
