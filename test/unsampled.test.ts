/**
 * Runs that are not sampled export no span, nor do downstream services. They are bound, or add no event if only sampled
 * runs are bound.
 *
 * `Runs.stop` asserts that no span has arrived, after the workers have stopped.
 */
import { deepEqual, equal, match } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { WorkflowStartOptions } from '@temporalio/client';
import { id, Runs, traceIdOf } from './support/runs';

describe('at ratio 0', { concurrency: 8 }, () => {
  let runs: Runs;
  let sampledOnly: string;
  let without: string;
  /** Trace ids of the sampled runs. */
  const sampled = new Set<string>();

  before(async () => {
    // Without tail sampling, and a failed run does not affect the next one.
    const never = { ratio: 0, keepFailed: false, afterFailure: { runs: 0 } };
    runs = await Runs.start({ plugin: { sampling: { default: never, jobs: { always: 1 } } } });
    sampledOnly = await runs.startWorker({
      plugin: { sampling: { default: 0, jobs: { always: 1 } }, bind: 'sampled' },
    });
    without = await runs.startWorker({ plugin: null });
  });
  after(async () => {
    await runs.stop();
    const { receiver } = runs.harness;
    const others = receiver.traceIds().filter((traceId) => !sampled.has(traceId));
    const names = others.flatMap((traceId) => receiver.spans(traceId).map(({ name }) => name));
    // The client's span, and the downstream service's spans of two calls without a trace.
    deepEqual(names.sort(), ['GET', 'GET', 'StartWorkflow:oneActivity']);
  });

  /** Runs the workflow; returns its run id and its result. */
  async function run(type: string, name: string, options: Partial<WorkflowStartOptions> = {}) {
    const start = { taskQueue: runs.taskQueue, workflowId: id(name), ...options } as WorkflowStartOptions;
    const handle = await runs.harness.client.workflow.start(type, start);
    return { runId: handle.firstExecutionRunId, result: await handle.result() };
  }

  /** Returns the types of the run's events. */
  async function eventsOf(name: string): Promise<unknown[]> {
    const { events } = await runs.harness.client.workflow.getHandle(id(name)).fetchHistory();
    return (events ?? []).map(({ eventType }) => eventType);
  }

  for (const type of ['oneActivity', 'oneLocalActivity']) {
    it(`${type}: bound, nothing exported, and downstream gets the flag 00 in the run's trace`, async () => {
      const { runId, result } = await run(type, type);
      await runs.expectUnsampled(id(type), runId, 'api', type);
      match(JSON.parse(String(result)).traceparent, new RegExp(`^00-${traceIdOf(runId)}-[0-9a-f]{16}-00$`));
    });
  }

  it('an ordinary child and its activity are not sampled either', async () => {
    const { runId, result } = await run('parent', 'family');
    await runs.expectUnsampled(id('family'), runId, 'api', 'parent');
    deepEqual(await runs.harness.searchAttributesOf(id('family-child')), {
      TraceId: traceIdOf(runId),
      JobName: 'parent',
      JobTrigger: 'child',
      JobRunId: runId,
      TraceSampled: false,
    });
    match(JSON.parse(String(result)).traceparent, new RegExp(`^00-${traceIdOf(runId)}-[0-9a-f]{16}-00$`));
  });

  it('a run that fails, is retried and continues as new never exports anything', async () => {
    await run('failsOnce', 'failing', { retry: { maximumAttempts: 2, initialInterval: '50ms' } });
    await run('continues', 'continued', { args: [2] });
    const [first = '', second = ''] = await runs.closedRunIds(id('failing'), 2);
    await runs.expectUnsampled(id('failing'), first, 'api', 'failsOnce');
    await runs.expectUnsampled(id('failing'), second, 'retry', 'failsOnce');
    for (const runId of await runs.closedRunIds(id('continued'), 3))
      await runs.expectUnsampled(id('continued'), runId, 'api', 'continues');
  });

  it('a job that has a ratio of its own by name is sampled, by rule', async () => {
    const { runId } = await run('oneActivity', 'rule', { memo: { jobName: 'always' } });
    sampled.add(traceIdOf(runId));
    const root = await runs.expectRun(id('rule'), runId, 'api');
    deepEqual([root.attributes['job.name'], root.attributes['job.sampling.reason']], ['always', 'rule']);
  });

  it('a job that is named by its search attribute is sampled, by rule', async () => {
    const flags = `workflow start --type oneActivity --task-queue ${runs.taskQueue} --workflow-id ${id('named')}`;
    await runs.cli(flags, '--search-attribute', 'JobName="always"');
    const [runId = ''] = await runs.closedRunIds(id('named'));
    sampled.add(traceIdOf(runId));
    const root = await runs.expectRun(id('named'), runId, 'api', { JobName: 'always' });
    equal(root.attributes['job.sampling.reason'], 'rule');
  });

  it("bind: 'sampled': no marker, no attribute, no trace, and the history is as without the plugin", async () => {
    const { result } = await run('oneActivity', 'untraced', { taskQueue: sampledOnly });
    await run('oneActivity', 'without', { taskQueue: without });
    deepEqual(await runs.pluginEvents(id('untraced')), []);
    deepEqual(await eventsOf('untraced'), await eventsOf('without'));
    deepEqual(await runs.harness.searchAttributesOf(id('untraced')), {});
    equal(JSON.parse(String(result)).traceparent, undefined);
  });

  it("bind: 'sampled': a run that is sampled by policy costs the same events as with bind: 'all'", async () => {
    const memo = { jobName: 'always' };
    for (const taskQueue of [sampledOnly, runs.taskQueue]) {
      const { runId } = await run('oneActivity', `by policy ${taskQueue}`, { taskQueue, memo });
      sampled.add(traceIdOf(runId));
      await runs.expectRun(id(`by policy ${taskQueue}`), runId, 'api');
    }
    deepEqual(
      await runs.pluginEvents(id(`by policy ${sampledOnly}`)),
      await runs.pluginEvents(id(`by policy ${runs.taskQueue}`)),
    );
    deepEqual(await eventsOf(`by policy ${sampledOnly}`), await eventsOf(`by policy ${runs.taskQueue}`));
  });

  it("bind: 'sampled': a manual run is sampled and bound", async () => {
    const start = { taskQueue: sampledOnly, workflowId: id('manual'), job: { runNow: true } };
    const handle = await runs.pluginClient.workflow.start('oneActivity', start);
    await handle.result();
    sampled.add(traceIdOf(handle.firstExecutionRunId));
    await runs.expectRun(id('manual'), handle.firstExecutionRunId, 'manual');
  });
});
