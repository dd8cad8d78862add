/**
 * `ownTrace()`: the child has a trace and a sampling decision of its own, and is linked with the parent's span in both
 * directions.
 */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { context, propagation } from '@opentelemetry/api';
import type { JobStartOptions } from 'temporal-job-tracing';
import { parseBaggage } from '../core/baggage';
import { readHeader } from '../core/trace-header';
import type { ReceivedSpan } from '../testing/otlp-span';
import { id, linksOf, linkTo, Runs, traceIdOf } from './support/runs';
import type { longLived } from './support/workflows/own-trace';

type Told = Awaited<ReturnType<typeof longLived>>;

const options = { workflowsPath: require.resolve('./support/workflows/own-trace') };

describe('a child with ownTrace()', { concurrency: 4 }, () => {
  let runs: Runs;
  let rareQueue: string;
  let untracedQueue: string;

  before(async () => {
    runs = await Runs.start({ options });
    rareQueue = await runs.startWorker({
      plugin: { sampling: { default: 0, jobs: { longLived: 1 } } },
      options,
    });
    untracedQueue = await runs.startWorker({
      plugin: { sampling: { default: 0, jobs: { longLived: 1 } }, bind: 'sampled' },
      options,
    });
  });
  after(() => runs.stop());

  /**
   * Starts the parent with a client that has the plugin, and the user's baggage; returns run ids and the child's
   * result.
   */
  async function run(workflowId: string, taskQueue: string, continuations = 0, job: JobStartOptions = {}) {
    const baggage = propagation.createBaggage({ tenant: { value: 'cheese' } });
    const handle = await context.with(propagation.setBaggage(context.active(), baggage), () =>
      runs.pluginClient.workflow.start('startsLongLived', {
        taskQueue,
        workflowId,
        args: [continuations],
        job,
      }),
    );
    const result: Told = await handle.result();
    const children = await runs.closedRunIds(`${workflowId}-own`, continuations + 1);
    return { parent: handle.firstExecutionRunId, children, result };
  }

  const startSpanOf = (trace: readonly ReceivedSpan[]) =>
    trace.find(({ name }) => name === 'StartChildWorkflow:longLived');

  it('is a run of its own, with the trigger api, and linked with its parent in both directions', async () => {
    const workflowId = id('own');
    const { parent, children, result } = await run(workflowId, runs.taskQueue, 0, { name: 'batch' });
    const [child = ''] = children;
    const root = await runs.expectRun(`${workflowId}-own`, child, 'api', { JobName: 'longLived' });
    await runs.completeRootOf(parent);
    const trace = await runs.harness.completeTrace(traceIdOf(parent));
    const start = startSpanOf(trace);
    ok(start);
    deepEqual(linksOf(start), [linkTo(child)]);
    deepEqual(start.links[0]?.attributes, { 'job.link': 'child', 'job.run.id': child });
    deepEqual(linksOf(root), [`${traceIdOf(parent)}/${start.spanId}`]);
    equal(root.links[0]?.attributes?.['job.link'], 'caller');
    equal(
      trace.some(({ name }) => name === 'RunWorkflow:longLived'),
      false,
    );
    equal(result.greeting, 'hello');
    deepEqual([result.workflow.jobName, result.workflow.runId], ['longLived', child]);
    equal((await runs.harness.jobs.traces.of(child)).traceId, traceIdOf(child));
    equal((await runs.harness.jobs.traces.find(traceIdOf(child)))?.root.runId, child);
  });

  it('keeps the parent’s baggage, lane and load test, and none of its other facts', async () => {
    const job = { runNow: true, reason: 'a look', lane: 'gray', loadTest: true };
    const { children, result } = await run(id('facts'), runs.taskQueue, 0, job);
    const { lane, loadTest, reason, trigger } = result.workflow;
    deepEqual([lane, loadTest, reason, trigger], ['gray', true, undefined, 'api']);
    deepEqual(result.activity, result.workflow);
    const baggage = [...parseBaggage(result.baggage)].map(([name, { value }]) => [name, value]);
    deepEqual(Object.fromEntries(baggage), {
      'job.name': 'longLived',
      'job.run.id': children[0],
      'job.trigger': 'api',
      'traffic.origin': 'scheduler',
      'traffic.lane': 'gray',
      'traffic.loadtest': 'true',
      tenant: 'cheese',
    });
  });

  it('has one trace for each of its continuations, each linked to the run before', async () => {
    const workflowId = id('continued');
    const { children } = await run(workflowId, runs.taskQueue, 2);
    const [first = '', second = '', third = ''] = children;
    for (const [runId, before] of [
      [second, first],
      [third, second],
    ] as const)
      deepEqual(linksOf(await runs.expectRun(`${workflowId}-own`, runId, 'api')), [linkTo(before)]);
  });

  it('is decided by the rule for its own job, not as its parent', async () => {
    const workflowId = id('rule');
    const { parent, children } = await run(workflowId, rareQueue);
    await runs.expectUnsampled(workflowId, parent, 'api', 'startsLongLived');
    const root = await runs.expectRun(`${workflowId}-own`, children[0] ?? '', 'api');
    equal(root.attributes['job.sampling.reason'], 'rule');
  });

  it('of a forced run is not forced itself', async () => {
    const { workflow } = runs.pluginClient;
    const workflowId = id('forced');
    const job = { runNow: true };
    await workflow.execute('withoutArguments', { taskQueue: rareQueue, workflowId, job });
    for (const child of [`${workflowId}-own`, `${workflowId}-other`]) {
      const [runId = ''] = await runs.closedRunIds(child);
      await runs.expectUnsampled(child, runId, 'api', 'short');
    }
  });

  it('of an untraced run is a run of its own all the same, with its lane', async () => {
    const workflowId = id('untraced');
    const { children, result } = await run(workflowId, untracedQueue, 0, { lane: 'gray' });
    deepEqual(await runs.harness.searchAttributesOf(workflowId), {});
    await runs.expectRun(`${workflowId}-own`, children[0] ?? '', 'api');
    equal(result.workflow.lane, 'gray');
  });

  it('gets a header that the version before knows from runs of a scheduledJob', async () => {
    const workflowId = id('header');
    await run(workflowId, runs.taskQueue);
    const handle = runs.harness.client.workflow.getHandle(`${workflowId}-own`);
    const [started] = (await handle.fetchHistory()).events ?? [];
    const { header } = readHeader(started?.workflowExecutionStartedEventAttributes?.header?.fields);
    deepEqual(header?.jobHeader, { kind: 'top', trigger: 'api' });
  });

  it('is started as without ownTrace() where the worker has no plugin', async () => {
    const result = await runs.harness.whileWorking({ plugin: null, options }, async (taskQueue) => {
      const start = { taskQueue, workflowId: id('without'), args: [0] };
      return (await runs.harness.client.workflow.execute('startsLongLived', start)) as Told;
    });
    deepEqual([result.greeting, result.activity], ['hello', undefined]);
    deepEqual(await runs.harness.searchAttributesOf(`${id('without')}-own`), {});
  });
});
