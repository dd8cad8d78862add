/**
 * Workers with the plugin, without it, with `enabled: false`, and with the official plugin take over runs from each
 * other: a run that started with a trace keeps it, one without stays without, and none is blocked.
 */
import { deepEqual, equal, notEqual, ok } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { OpenTelemetryPlugin, type OpenTelemetryPluginOptions } from '@temporalio/interceptors-opentelemetry';
import { ABSENT, RECORDED_IDS } from '../../sampling/markers';
import type { ReceivedSpan } from '../../testing/otlp-span';
import { until } from '../../testing/until';
import { workflowBundle } from '../support/bundles';
import { Harness, type WorkerSetup } from '../support/harness';
import {
  expectLeaves,
  firstTaskCompleted,
  HISTORIES_PATH,
  historiesBundle,
  markersOf,
  type RecordedRun,
  recordedRuns,
  taskFailures,
} from '../support/histories';

const WITHOUT: WorkerSetup = { plugin: null };
const WITH: WorkerSetup = { plugin: {} };
const NOT_ENABLED: WorkerSetup = { plugin: { enabled: false } };
const CALL = 'StartActivity:callDownstream > RunActivity:callDownstream > GET > GET';

/** Options of a worker with the official plugin; its spans are not exported. */
async function official(): Promise<WorkerSetup> {
  const spanProcessor = { onStart() {}, onEnd() {}, async forceFlush() {}, async shutdown() {} };
  const plugin = new OpenTelemetryPlugin({
    resource: { attributes: {} } as unknown as OpenTelemetryPluginOptions['resource'],
    spanProcessor,
  });
  const bundle = await workflowBundle({ workflowsPath: HISTORIES_PATH, plugins: [plugin] });
  return { plugin: null, options: { workflowBundle: bundle, plugins: [plugin] } };
}

describe('workers take runs over from each other', { concurrency: 8 }, () => {
  let harness: Harness;
  before(async () => {
    harness = await Harness.start();
  });
  after(() => harness?.stop());

  async function worker(taskQueue: string, { plugin = {}, options }: WorkerSetup) {
    const workflowBundle = await historiesBundle(plugin);
    return harness.createWorker(taskQueue, {
      plugin,
      options: { workflowBundle, maxCachedWorkflows: 0, ...options },
    });
  }

  /** Starts a run, or the child of one, on one worker, and completes it on another that has not cached it. */
  async function handOver(first: WorkerSetup, second: WorkerSetup, isChild = false): Promise<RecordedRun[]> {
    const taskQueue = harness.newTaskQueue();
    const { workflow } = harness.client;
    const workflowId = randomUUID();
    const waiting = workflow.getHandle(isChild ? `${workflowId}-child` : workflowId);
    const handle = await harness.whileRunning([await worker(taskQueue, first)], async () => {
      const started = isChild
        ? await workflow.start('parent', { taskQueue, workflowId, args: [{ type: 'waitsTwice' }] })
        : await workflow.start('waitsTwice', { taskQueue, workflowId });
      if (isChild) await childOf(workflowId);
      await firstTaskCompleted(waiting);
      return started;
    });
    await harness.whileRunning([await worker(taskQueue, second)], () => closeTwice(waiting, handle));
    return ended(workflowId, handle.firstExecutionRunId);
  }

  /** Waits until the run's child exists. */
  async function childOf(workflowId: string): Promise<void> {
    const handle = harness.client.workflow.getHandle(workflowId);
    const isThere = async () =>
      (await handle.fetchHistory()).events?.some(
        (event) => event.childWorkflowExecutionStartedEventAttributes != null,
      );
    await until(isThere, { says: 'the run has no child' });
  }

  async function closeTwice(
    waiting: { signal(name: string): Promise<void> },
    handle: { result(): Promise<unknown> },
  ): Promise<void> {
    await waiting.signal('close');
    await waiting.signal('close');
    await handle.result();
  }

  /** Returns the run with its later runs and children, and asserts that none failed a workflow task. */
  async function ended(workflowId: string, runId: string): Promise<RecordedRun[]> {
    const runs = await recordedRuns(harness.client, workflowId, runId);
    for (const { history } of runs) deepEqual(taskFailures(history), []);
    return runs;
  }

  const traceIdOf = ({ runId }: RecordedRun) => runId.replaceAll('-', '');

  /** @param calls names of the spans in the activities' own traces */
  async function expectUntraced(run: RecordedRun | undefined, calls: readonly string[] = []): Promise<void> {
    ok(run);
    deepEqual(markersOf(run.history), []);
    const isWhole = (trace: readonly ReceivedSpan[]) => trace.length >= calls.length;
    const trace = await harness.receiver.waitFor(traceIdOf(run), isWhole);
    deepEqual(trace.map(({ name }) => name).sort(), calls);
    notEqual((await harness.searchAttributesOf(run.workflowId, run.runId)).TraceId, traceIdOf(run));
  }

  async function expectTraced(run: RecordedRun | undefined, expected: readonly string[]): Promise<void> {
    ok(run);
    deepEqual(markersOf(run.history), ['default']);
    await expectLeaves(harness.receiver, traceIdOf(run), expected);
  }

  it('started without the plugin, ended with it: only activities are traced; its continuation is traced', async () => {
    const [run, next] = await handOver(WITHOUT, WITH);
    await expectUntraced(run, ['GET', 'GET', 'RunActivity:callDownstream']);
    deepEqual(await harness.searchAttributesOf(run?.workflowId ?? '', run?.runId), {});
    await expectTraced(next, ['RunStarted:branches', 'StartActivity:callDownstream', CALL]);
  });

  it('started where it is not enabled, ended where it is: only activities are traced', async () => {
    const [run] = await handOver(NOT_ENABLED, WITH);
    await expectUntraced(run, ['GET', 'GET', 'RunActivity:callDownstream']);
    deepEqual(await harness.searchAttributesOf(run?.workflowId ?? '', run?.runId), {});
  });

  it('started with it, ended where it is not enabled: traced completely; its continuation is not', async () => {
    const [run, next] = await handOver(WITH, NOT_ENABLED);
    await expectTraced(run, [
      'ContinueAsNew:branches',
      'HandleSignal:close',
      'HandleSignal:close',
      'RunStarted:waitsTwice',
      CALL,
    ]);
    await expectUntraced(next);
  });

  it('a child started under the official plugin ends with ours, in its original trace', async () => {
    const [parent, child, continued] = await handOver(await official(), WITH, true);
    await expectUntraced(parent);
    ok(child && continued);
    const started = child.history.events?.[0]?.workflowExecutionStartedEventAttributes;
    const carrier = JSON.parse(
      Buffer.from(started?.header?.fields?.['_tracer-data']?.data ?? []).toString(),
    ) as { traceparent: string };
    const [, traceId = '', spanId = ''] = carrier.traceparent.split('-');
    const isThere = (trace: readonly { name: string }[]) =>
      trace.some(({ name }) => name === 'RunWorkflow:branches');
    const trace = await harness.receiver.waitFor(traceId, isThere);
    const parents = trace.flatMap(({ name, parentSpanId }) =>
      name.startsWith('RunWorkflow:') ? [[name, parentSpanId]] : [],
    );
    deepEqual(parents, [
      ['RunWorkflow:waitsTwice', spanId],
      ['RunWorkflow:branches', spanId],
    ]);
    deepEqual(await harness.searchAttributesOf(child.workflowId, child.runId), {});
  });

  it('a child whose first task was done without the plugin ends with it, in the trace of its parent', async () => {
    const [queue, childQueue] = [harness.newTaskQueue(), harness.newTaskQueue()];
    const { workflow } = harness.client;
    const workflowId = randomUUID();
    await harness.whileRunning([await worker(queue, WITH)], async () => {
      const child = workflow.getHandle(`${workflowId}-child`);
      const handle = await harness.whileRunning([await worker(childQueue, WITHOUT)], async () => {
        const args = [{ type: 'waitsTwice', taskQueue: childQueue }];
        const started = await workflow.start('parent', { taskQueue: queue, workflowId, args });
        await childOf(workflowId);
        await firstTaskCompleted(child);
        return started;
      });
      await harness.whileRunning([await worker(childQueue, WITH)], () => closeTwice(child, handle));
      const [parent] = await ended(workflowId, handle.firstExecutionRunId);
      const below = 'StartChildWorkflow:waitsTwice > RunWorkflow:';
      await expectTraced(parent, [
        'RunStarted:parent',
        `${below}waitsTwice > ContinueAsNew:branches`,
        `${below}waitsTwice > HandleSignal:close`,
        `${below}waitsTwice > HandleSignal:close`,
        `${below}waitsTwice > ${CALL}`,
        `${below}branches > StartActivity:callDownstream`,
        `${below}branches > ${CALL}`,
      ]);
    });
  });

  it('a child on a worker without the plugin ends; its parent is traced without it', async () => {
    const [queue, childQueue] = [harness.newTaskQueue(), harness.newTaskQueue()];
    const workers = [await worker(queue, WITH), await worker(childQueue, WITHOUT)];
    const handle = await harness.whileRunning(workers, async () => {
      const args = [{ taskQueue: childQueue }];
      const start = { taskQueue: queue, workflowId: randomUUID(), args };
      const started = await harness.client.workflow.start('parent', start);
      await started.result();
      return started;
    });
    const [parent, child] = await ended(handle.workflowId, handle.firstExecutionRunId);
    await expectTraced(parent, ['RunStarted:parent', 'StartChildWorkflow:oneActivity']);
    equal((await harness.searchAttributesOf(child?.workflowId ?? '')).JobRunId, parent?.runId);
  });

  it('before removal, a query lists the runs that still need a worker with the plugin', async () => {
    const adopting = readFileSync(
      require.resolve('temporal-job-tracing/package.json').replace(/[^/]+$/, 'docs/adopting.md'),
    );
    const query =
      /'(ExecutionStatus="Running" AND TemporalChangeVersion IN [^']+)'/.exec(String(adopting))?.[1] ?? '';
    deepEqual(query.match(/job-tracing:[\w-]+/g), [ABSENT, ...RECORDED_IDS]);
    for (const [setup, expected] of [
      [WITH, 'Total: 1'],
      [NOT_ENABLED, 'Total: 0'],
    ] as const) {
      const taskQueue = harness.newTaskQueue();
      await harness.whileRunning([await worker(taskQueue, setup)], async () => {
        const start = { taskQueue, workflowId: randomUUID() };
        const handle = await harness.client.workflow.start('waits', start);
        await firstTaskCompleted(handle);
        const count = () =>
          harness.cli('workflow', 'count', '--query', `${query} AND WorkflowId="${handle.workflowId}"`);
        // Visibility lags.
        await until(async () => (await count()).trim() === expected, {
          within: 10_000,
          says: `not ${expected}`,
        });
        await handle.signal('finish');
        await handle.result();
        equal((await count()).trim(), 'Total: 0');
      });
    }
  });
});
