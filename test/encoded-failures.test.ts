/**
 * Failures whose messages are encoded for the server (`encodeCommonAttributes`): all spans of a run have the same
 * decoded message.
 */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { it } from 'node:test';
import { Harness } from './support/harness';
import { CODEC } from './support/payload-codec';
import { traceIdOf } from './support/runs';

it('encoded failures: root, call and activity have the same message, each with a stack', async () => {
  const harness = await Harness.start();
  try {
    const taskQueue = harness.newTaskQueue();
    const worker = await harness.createWorker(taskQueue, {
      options: {
        workflowsPath: require.resolve('./support/workflows/failing-calls'),
        dataConverter: {
          failureConverterPath: require.resolve('./support/encoded-failures'),
          payloadCodecs: [CODEC],
        },
      },
    });
    const handle = await harness.client.workflow.start('failsByActivity', {
      taskQueue,
      workflowId: taskQueue,
    });
    await harness.whileRunning([worker], () => handle.result().catch(() => {}));
    const { events } = await handle.fetchHistory();
    const failed = events?.find((event) => event.workflowExecutionFailedEventAttributes);
    equal(failed?.workflowExecutionFailedEventAttributes?.failure?.cause?.message, 'Encoded failure');

    const trace = await harness.completeTrace(traceIdOf(handle.firstExecutionRunId));
    const messages = trace
      .filter(({ status }) => status.code === 'error')
      .map(({ name, status, events: [exception] }) => [
        name,
        status.message,
        exception?.attributes['exception.message'],
        /at .*activities/.test(String(exception?.attributes['exception.stacktrace'])),
      ]);
    const text = 'value too long for -1';
    deepEqual(messages.sort(), [
      ['RunActivity:migrateAccount', text, text, true],
      ['RunWorkflow:failsByActivity', text, text, true],
      ['StartActivity:migrateAccount', text, text, true],
    ]);
    ok(!harness.log.some((line) => line.startsWith('ERROR')), harness.log.join('\n'));
  } finally {
    await harness.stop();
  }
});
