/**
 * Whatever starts a run: its TraceId, binding, trigger and link are as the README's table says, and its trace
 * is complete at the receiver. "CLI" is the `temporal` binary itself.
 */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Client } from '@temporalio/client';
import type { Worker } from '@temporalio/worker';
import { JobTracingPlugin } from 'temporal-job-tracing';
import { Harness } from './support/harness';
import type { ReceivedSpan } from './support/otlp-span';

const id = (runId: string) => runId.replaceAll('-', '');
const rootId = (runId: string) => id(runId).slice(16);

describe('every way to start a run', { concurrency: 6 }, () => {
  let harness: Harness;
  let worker: Worker;
  let running: Promise<void>;
  let taskQueue: string;
  let typedClient: Client;

  before(async () => {
    harness = await Harness.start();
    taskQueue = harness.newTaskQueue();
    worker = await harness.createWorker(taskQueue);
    running = worker.run();
    typedClient = new Client({ connection: harness.connection, plugins: [new JobTracingPlugin()] });
  });

  after(async () => {
    worker.shutdown();
    await running;
    await harness.stop();
  });

  /** Runs of the workflow id that have ended, oldest first. */
  async function endedRuns(workflowId: string, count: number): Promise<string[]> {
    for (;;) {
      const runs: { runId: string; closed: number }[] = [];
      for await (const run of harness.client.workflow.list({ query: `WorkflowId = '${workflowId}'` })) {
        if (run.status.name !== 'RUNNING' && run.startTime)
          runs.push({ runId: run.runId, closed: Number(run.closeTime) });
      }
      if (runs.length >= count)
        return runs
          .sort((a, b) => a.closed - b.closed)
          .slice(0, count)
          .map(({ runId }) => runId);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  async function rootOf(runId: string, traceId = id(runId)): Promise<ReceivedSpan> {
    const trace = await harness.completeTrace(traceId);
    const root = trace.find(({ spanId }) => spanId === rootId(runId));
    ok(root, 'the root span id is the end of the run id');
    const names = trace.map(
      (span) => `${span.resource['service.name'] === 'downstream' ? 'downstream ' : ''}${span.name}`,
    );
    ok(names.includes('RunActivity:callDownstream') && names.includes('downstream GET'), names.join(', '));
    return root;
  }

  async function expectRun(workflowId: string, runId: string, trigger: string): Promise<ReceivedSpan> {
    const root = await rootOf(runId);
    deepEqual(await harness.attributesOf(workflowId, runId), {
      TraceId: id(runId),
      JobName: root.attributes['job.name'],
      JobTrigger: trigger,
      TraceSampled: true,
    });
    equal(root.attributes['job.trigger'], trigger);
    return root;
  }

  const links = (root: ReceivedSpan) => root.links.map(({ traceId, spanId }) => `${traceId}/${spanId}`);
  const runLink = (runId: string) => `${id(runId)}/${rootId(runId)}`;

  it('temporal workflow start', async () => {
    await harness.cli(
      'workflow',
      'start',
      '--type',
      'oneActivity',
      '--task-queue',
      taskQueue,
      '--workflow-id',
      'cli',
    );
    const [runId = ''] = await endedRuns('cli', 1);
    const root = await expectRun('cli', runId, 'api');
    deepEqual(links(root), []);
    equal(root.attributes['job.sampling.reason'], 'default');
  });

  it('temporal workflow start --start-delay', async () => {
    await harness.cli(
      'workflow',
      'start',
      '--type',
      'oneActivity',
      '--task-queue',
      taskQueue,
      '--workflow-id',
      'delayed',
      '--start-delay',
      '2s',
    );
    const [runId = ''] = await endedRuns('delayed', 1);
    deepEqual(links(await expectRun('delayed', runId, 'api')), []);
  });

  it('temporal workflow start --cron: three ticks, each linked to the one before', async () => {
    await harness.cli(
      'workflow',
      'start',
      '--type',
      'oneActivity',
      '--task-queue',
      taskQueue,
      '--workflow-id',
      'cron',
      '--cron',
      '@every 1s',
    );
    const [first = '', second = '', third = ''] = await endedRuns('cron', 3);
    deepEqual(links(await expectRun('cron', first, 'cron')), []);
    deepEqual(links(await expectRun('cron', second, 'cron')), [runLink(first)]);
    deepEqual(links(await expectRun('cron', third, 'cron')), [runLink(second)]);
    await harness.client.workflow.getHandle('cron').terminate();
  });

  it('a typed client with cronSchedule: three ticks with traces of their own', async () => {
    await typedClient.workflow.start('oneActivity', {
      taskQueue,
      workflowId: 'typed-cron',
      cronSchedule: '@every 1s',
    });
    const [first = '', second = '', third = ''] = await endedRuns('typed-cron', 3);
    equal(links(await expectRun('typed-cron', first, 'cron')).length, 0, 'no span was active in the caller');
    deepEqual(links(await expectRun('typed-cron', second, 'cron')), [runLink(first)]);
    deepEqual(links(await expectRun('typed-cron', third, 'cron')), [runLink(second)]);
    await harness.client.workflow.getHandle('typed-cron').terminate();
  });

  it('continue-as-new: each run its own trace, decision inherited', async () => {
    await harness.client.workflow.start('continues', { taskQueue, workflowId: 'continues', args: [3] });
    const runs = await endedRuns('continues', 4);
    for (const [index, runId] of runs.entries()) {
      const root = await expectRun('continues', runId, 'api');
      const previous = runs[index - 1];
      deepEqual(links(root), previous === undefined ? [] : [runLink(previous)]);
      equal(root.attributes['job.sampling.reason'], index === 0 ? 'default' : 'inherited');
    }
  });

  it('a retry of a failed run: the failed attempt is complete with its error', async () => {
    await harness.client.workflow.start('failsOnce', {
      taskQueue,
      workflowId: 'retried',
      retry: { maximumAttempts: 2, initialInterval: '100ms' },
    });
    const [first = '', second = ''] = await endedRuns('retried', 2);
    const failed = await expectRun('retried', first, 'api');
    deepEqual(
      { ...failed.status, type: failed.attributes['error.type'], result: failed.attributes['job.result'] },
      { code: 'error', message: 'first attempt', type: 'FirstAttempt', result: 'failure' },
    );
    const retried = await expectRun('retried', second, 'retry');
    deepEqual(links(retried), [runLink(first)]);
    equal(retried.attributes['job.attempt'], 2);
  });

  it('an ordinary child stays in the trace of its parent and is bound at its start', async () => {
    const handle = await harness.client.workflow.start('parent', { taskQueue, workflowId: 'family' });
    await handle.result();
    const parentRun = handle.firstExecutionRunId;
    const [childRun = ''] = await endedRuns('family-child', 1);
    deepEqual(await harness.attributesOf('family-child', childRun), {
      TraceId: id(parentRun),
      JobName: 'parent',
      JobTrigger: 'child',
      JobRunId: parentRun,
      TraceSampled: true,
    });
    const root = await rootOf(childRun, id(parentRun));
    deepEqual(links(root), []);
    const { events } = await harness.client.workflow.getHandle('family-child').fetchHistory();
    equal(events?.filter((event) => event.markerRecordedEventAttributes).length, 0, 'no event in the child');
  });
});
