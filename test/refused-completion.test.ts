/**
 * One span id for one span: when the server refuses a completion, the next try makes other spans in another order, and
 * a span that was exported before comes again under its id, never another one.
 */
import { deepEqual, ok } from 'node:assert/strict';
import { it } from 'node:test';
import type { InjectedSinks } from '@temporalio/worker';
import { Harness } from './support/harness';
import { traceIdOf } from './support/runs';
import type { SlowSinks } from './support/workflows/refused-end';

it('a completion that the server refused does not lead to one span id for two different spans', async () => {
  const harness = await Harness.start();
  try {
    const taskQueue = harness.newTaskQueue();
    const { workflow } = harness.client;
    let tries = 0;
    const signalOnce = async () => {
      if (++tries === 1) await workflow.getHandle(taskQueue).signal('late');
    };
    // The SDK calls sinks before it sends the completion.
    const sinks: InjectedSinks<SlowSinks> = { slow: { wait: { fn: signalOnce, callDuringReplay: false } } };
    const workflowsPath = require.resolve('./support/workflows/refused-end');
    const worker = await harness.createWorker(taskQueue, { options: { workflowsPath, sinks } });
    const runId = await harness.whileRunning([worker], async () => {
      const handle = await workflow.start('refusedEnd', { taskQueue, workflowId: taskQueue });
      await handle.result();
      return handle.firstExecutionRunId;
    });
    const { events } = await workflow.getHandle(taskQueue).fetchHistory();
    ok(
      events?.some((event) => event.workflowTaskFailedEventAttributes),
      'no completion was refused',
    );

    const trace = await harness.receiver.waitFor(traceIdOf(runId), (spans) =>
      spans.some(({ name }) => name === 'in the handler'),
    );
    const ids = [...new Set(trace.map(({ spanId }) => spanId))];
    const kinds = ids.map((id) => [
      ...new Set(
        trace
          .filter(({ spanId }) => spanId === id)
          .map(({ name, parentSpanId, scope }) => `${name} of ${scope} below ${parentSpanId}`),
      ),
    ]);
    ok(trace.length > kinds.length, 'nothing was sent twice');
    deepEqual(
      kinds.filter(({ length }) => length > 1),
      [],
    );
  } finally {
    await harness.stop();
  }
});
