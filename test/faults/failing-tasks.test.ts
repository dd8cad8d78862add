/**
 * A workflow task that fails with a plain error is retried until it succeeds or the code is repaired: the trace has one
 * root, on which the worker records the error once.
 */
import { deepEqual, ok, rejects } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { WorkflowHandle, WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import { runStartedId } from '../../export/run-started';
import type { ReceivedSpan } from '../../testing/otlp-span';
import { until } from '../../testing/until';
import { Harness } from '../support/harness';
import { expectLeaves, historiesBundle, markersOf } from '../support/histories';
import { traceIdOf } from '../support/runs';

const TASKS = 3;
const CALL = 'StartActivity:callDownstream > RunActivity:callDownstream > GET > GET';

describe('a workflow that throws a plain TypeError', { concurrency: 3 }, () => {
  let harness: Harness;
  before(async () => {
    harness = await Harness.start();
  });
  after(() => harness?.stop());

  async function worker(taskQueue: string, release: 'broken' | 'repaired') {
    const path = require.resolve(`../support/workflows/${release}`);
    return harness.createWorker(taskQueue, { options: { workflowBundle: await historiesBundle({}, path) } });
  }

  const start = (taskQueue: string, type: string, arg: unknown) =>
    harness.client.workflow.start(type, { taskQueue, workflowId: taskQueue, args: [arg] });

  /** Waits until several tasks of the run have failed; each retry waits twice as long as the one before. */
  async function failedTasks(handle: WorkflowHandle): Promise<void> {
    const areFailed = async () => {
      const { raw } = await handle.describe();
      return Number(raw.pendingWorkflowTask?.attempt ?? 0) > TASKS;
    };
    await until(areFailed, { within: 120_000, says: 'not enough tasks have failed' });
  }

  /**
   * Expects a complete trace of the run, which ended well; returns its root.
   *
   * @param deciders workers that decided about the run: each says that it has begun, in the same span
   */
  async function rootOf(
    handle: WorkflowHandleWithFirstExecutionRunId,
    type: string,
    deciders = 1,
  ): Promise<ReceivedSpan> {
    const traceId = traceIdOf(handle.firstExecutionRunId);
    const started = `RunStarted:${type}`;
    const repeated = `${started} ${runStartedId(traceId.slice(16))}: received ${deciders} times`;
    await expectLeaves(
      harness.receiver,
      traceId,
      [...Array(deciders).fill(started), CALL],
      deciders === 1 ? [] : [repeated],
    );
    deepEqual(markersOf(await handle.fetchHistory()), ['default']);
    const root = harness.receiver.trace(traceId).find(({ name }) => name === `RunWorkflow:${type}`);
    ok(root);
    const { status, attributes } = root;
    deepEqual(
      [status.code, attributes['job.result'], attributes['error.type']],
      ['ok', 'success', undefined],
    );
    return root;
  }

  async function receivedRoot(handle: WorkflowHandleWithFirstExecutionRunId): Promise<ReceivedSpan> {
    const isRoot = ({ name }: ReceivedSpan) => name.startsWith('RunWorkflow:');
    const traceId = traceIdOf(handle.firstExecutionRunId);
    const trace = await harness.receiver.waitFor(traceId, (spans) => spans.some(isRoot));
    const root = trace.find(isRoot);
    ok(root);
    return root;
  }

  const eventsOf = ({ events }: ReceivedSpan) =>
    events.map(({ name, attributes }) => [name, attributes['exception.type']]);

  for (const when of ['at once', 'later'] as const) {
    it(`${when}, for ${TASKS} tasks, and is then repaired: one root`, async () => {
      const taskQueue = harness.newTaskQueue();
      const handle = await harness.whileRunning([await worker(taskQueue, 'broken')], async () => {
        const begun = await start(taskQueue, 'released', when);
        await failedTasks(begun);
        return begun;
      });
      await harness.whileRunning([await worker(taskQueue, 'repaired')], () => handle.result());
      // A failed first task leaves no decision in the history, so the next worker decides again.
      await rootOf(handle, 'released', when === 'at once' ? 2 : 1);
    });
  }

  it('for several, and then does not, on the same worker: one root, with the error as an event, once', async () => {
    const taskQueue = harness.newTaskQueue();
    const handle = await harness.whileRunning([await worker(taskQueue, 'broken')], async () => {
      const begun = await start(taskQueue, 'recovers', 8_000);
      await begun.result();
      return begun;
    });
    deepEqual(eventsOf(await rootOf(handle, 'recovers')), [['workflow.task.failed', 'TypeError']]);
  });

  it('in a signal handler, for several tasks: the error is an event of the root, once', async () => {
    const taskQueue = harness.newTaskQueue();
    const handle = await harness.whileRunning([await worker(taskQueue, 'broken')], async () => {
      const begun = await start(taskQueue, 'recoversInHandler', 3_000);
      await begun.signal('count');
      await begun.result();
      return begun;
    });
    deepEqual(eventsOf(await receivedRoot(handle)), [['workflow.task.failed', 'TypeError']]);
  });

  it('that is declared to fail the run: no task has failed', async () => {
    const taskQueue = harness.newTaskQueue();
    const handle = await harness.whileRunning([await worker(taskQueue, 'broken')], async () => {
      const begun = await start(taskQueue, 'declared', undefined);
      await rejects(begun.result());
      return begun;
    });
    deepEqual(eventsOf(await receivedRoot(handle)), [['exception', 'TypeError']]);
  });
});
