/** An activity or child with an invalid trace header runs as if it had none. */
import { deepEqual, match, ok } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import type { Worker } from '@temporalio/worker';
import type { ReceivedSpan } from '../testing/otlp-span';
import { tree } from '../testing/otlp-trace';
import { Harness } from './support/harness';
import { traceIdOf } from './support/runs';

describe('a trace header that cannot be read, written by an interceptor of the workflow', () => {
  let harness: Harness;
  let worker: Worker;
  let running: Promise<void>;
  let taskQueue: string;

  before(async () => {
    harness = await Harness.start();
    taskQueue = harness.newTaskQueue();
    const path = require.resolve('./support/workflows/bad-headers');
    worker = await harness.createWorker(taskQueue, {
      options: { workflowsPath: path, interceptors: { workflowModules: [path] } },
    });
    running = worker.run();
  });

  after(async () => {
    worker?.shutdown();
    await running;
    await harness?.stop();
  });

  /** Runs the workflow, and asserts that its trace consists of these lines. */
  async function expectTrace(type: string, expected: readonly string[]): Promise<void> {
    const handle = await harness.client.workflow.start(type, { taskQueue, workflowId: randomUUID() });
    await handle.result();
    const { events } = await handle.fetchHistory();
    ok(!events?.some((event) => event.workflowTaskFailedEventAttributes), 'no workflow task failed');
    const traceId = traceIdOf(handle.firstExecutionRunId);
    const isComplete = (trace: readonly ReceivedSpan[]) => tree(trace).length >= expected.length;
    deepEqual(tree(await harness.receiver.waitFor(traceId, isComplete)), expected);
  }

  for (const type of ['oneActivity', 'oneLocalActivity']) {
    it(`${type}: the activity has its span below the root, and downstream has the trace`, () =>
      expectTrace(type, [
        `RunWorkflow:${type}`,
        `  RunStarted:${type}`,
        '  StartActivity:callDownstream',
        '  RunActivity:callDownstream',
        '    GET',
        '      GET',
      ]));
  }

  it('parent: the child ends without a trace', () =>
    expectTrace('parent', ['RunWorkflow:parent', '  RunStarted:parent', '  StartChildWorkflow:oneActivity']));

  it('is logged once for activities and once for children', () => {
    const [child = '', activity = '', ...more] = [...harness.log].sort();
    match(child, /header of a child workflow was ignored: it cannot be decoded; the child is not traced\./);
    match(
      activity,
      /header of an activity was ignored: it cannot be decoded; the activity is traced as one without it\./,
    );
    deepEqual(more, []);
  });
});
