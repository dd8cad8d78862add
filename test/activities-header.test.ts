/** An activity or child whose trace header cannot be read runs as ever; only its part of the trace is missing. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import type { Worker } from '@temporalio/worker';
import { tree } from '../testing/otlp-trace';
import { Harness } from './support/harness';

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

  /** Runs the workflow to its end; resolves to its result and the lines of its trace. */
  async function run(type: string): Promise<{ result: unknown; trace: string[] }> {
    const handle = await harness.client.workflow.start(type, { taskQueue, workflowId: randomUUID() });
    const result = await handle.result();
    const { events } = await handle.fetchHistory();
    ok(!events?.some((event) => event.workflowTaskFailedEventAttributes), 'no workflow task failed');
    const trace = await harness.completeTrace(handle.firstExecutionRunId.replaceAll('-', ''));
    return { result, trace: tree(trace) };
  }

  for (const type of ['oneActivity', 'oneLocalActivity']) {
    it(`${type}: the activity runs without a span, and downstream gets no trace`, async () => {
      const { result, trace } = await run(type);
      deepEqual(trace, [`RunWorkflow:${type}`, `  RunStarted:${type}`, '  StartActivity:callDownstream']);
      equal(JSON.parse(String(result)).traceparent, undefined);
    });
  }

  it('parent: the child ends without a trace', async () => {
    const { trace } = await run('parent');
    deepEqual(trace, ['RunWorkflow:parent', '  RunStarted:parent', '  StartChildWorkflow:oneActivity']);
  });

  it('is said once of activities and once of children', () => {
    const [child = '', activity = '', ...more] = [...harness.log].sort();
    match(child, /header of a child workflow was ignored: it cannot be decoded; the child is not traced\./);
    match(activity, /header of an activity was ignored: it cannot be decoded; the activity is not traced\./);
    deepEqual(more, []);
  });
});
