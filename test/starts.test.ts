/**
 * For each way to start a run, TraceId, binding, trigger and link are as documented in docs/starts.md, and its trace is
 * complete at the receiver. "CLI" is the `temporal` binary.
 *
 * This file has plain starts, cron, retry, continue-as-new and an ordinary child; `starts-*.test.ts` have the other
 * ways.
 */
import { deepEqual, doesNotMatch, equal, match, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Client } from '@temporalio/client';
import type { ReceivedSpan } from '../testing/otlp-span';
import { foreignClientInterceptor } from './support/foreign-headers';
import { id, linksOf, linkTo, Runs, traceIdOf } from './support/runs';

describe('every way to start a run', { concurrency: 8 }, () => {
  let runs: Runs;
  let taskQueue: string;

  before(async () => {
    runs = await Runs.start();
    ({ taskQueue } = runs);
  });
  after(() => runs.stop());

  const cliStart = (workflowId: string, ...flags: string[]) =>
    runs.cli(
      `workflow start --type oneActivity --task-queue ${taskQueue} --workflow-id ${workflowId}`,
      ...flags,
    );

  /** Asserts that there are three ticks, each linked to the previous one; returns the root of the first. */
  async function expectThreeTicks(workflowId: string): Promise<ReceivedSpan> {
    const [first = '', second = '', third = ''] = await runs.closedRunIds(workflowId, 3);
    const root = await runs.expectRun(workflowId, first, 'cron');
    deepEqual(linksOf(await runs.expectRun(workflowId, second, 'cron')), [linkTo(first)]);
    deepEqual(linksOf(await runs.expectRun(workflowId, third, 'cron')), [linkTo(second)]);
    await runs.harness.client.workflow.getHandle(workflowId).terminate();
    return root;
  }

  it('temporal workflow start', async () => {
    await cliStart(id('cli'));
    const [runId = ''] = await runs.closedRunIds(id('cli'));
    const root = await runs.expectRun(id('cli'), runId, 'api');
    deepEqual(linksOf(root), []);
    equal(root.attributes['job.sampling.reason'], 'default');
  });

  it('a header of another moment: later ticks of a cron have no baggage of the request that started it', async () => {
    const carrier = {
      baggage: 'user.id=42',
      traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    };
    const { connection, client } = runs.harness;
    const foreign = new Client({
      connection,
      interceptors: { workflow: [foreignClientInterceptor(carrier)] },
    });
    const workflowId = id('cron-in-request');
    await foreign.workflow.start('oneActivity', { taskQueue, workflowId, cronSchedule: '@every 1s' });
    const ticks = await runs.closedRunIds(workflowId, 2);
    await client.workflow.getHandle(workflowId).terminate();
    const baggage = ticks.map(async (runId) => {
      const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
      const result = events?.at(-1)?.workflowExecutionCompletedEventAttributes?.result?.payloads?.[0];
      return JSON.parse(JSON.parse(Buffer.from(result?.data ?? []).toString())).baggage;
    });
    const [first, second] = await Promise.all(baggage);
    match(first, /user\.id=42/);
    doesNotMatch(second, /user\.id/);
  });

  it('an open run can be recognised by its trace, even after it was terminated', async () => {
    const start = { taskQueue, workflowId: id('goes-on'), args: [600_000] };
    const { firstExecutionRunId: runId } = await runs.harness.client.workflow.start('takes', start);
    const [started] = await runs.harness.receiver.waitFor(traceIdOf(runId), ({ length }) => length > 0);
    await runs.harness.client.workflow.getHandle(id('goes-on')).terminate();
    deepEqual(
      [started?.name, started?.attributes],
      [
        'RunStarted:takes',
        {
          'job.name': 'takes',
          'job.run.id': runId,
          'job.trigger': 'api',
          'job.attempt': 1,
          'temporal.namespace': 'default',
          temporalWorkflowId: id('goes-on'),
          run_id: runId,
        },
      ],
    );
  });

  it('temporal workflow start --start-delay', async () => {
    await cliStart(id('delayed'), '--start-delay', '2s');
    const [runId = ''] = await runs.closedRunIds(id('delayed'));
    deepEqual(linksOf(await runs.expectRun(id('delayed'), runId, 'api')), []);
  });

  it('temporal workflow start --cron: three ticks, each linked to the one before', async () => {
    await cliStart(id('cron'), '--cron', '@every 1s');
    deepEqual(linksOf(await expectThreeTicks(id('cron'))), []);
  });

  it('a typed client with cronSchedule: three ticks, the first linked to the call that started them', async () => {
    await runs.pluginClient.workflow.start('oneActivity', {
      taskQueue,
      workflowId: id('typed-cron'),
      cronSchedule: '@every 1s',
    });
    const [link, ...others] = (await expectThreeTicks(id('typed-cron'))).links;
    ok(link && others.length === 0);
    const isCaller = ({ name, spanId }: ReceivedSpan) =>
      name === 'StartWorkflow:oneActivity' && spanId === link.spanId;
    await runs.harness.receiver.waitFor(link.traceId, (trace) => trace.some(isCaller));
  });

  it('continue-as-new: each run its own trace, decision inherited', async () => {
    await runs.harness.client.workflow.start('continues', {
      taskQueue,
      workflowId: id('continues'),
      args: [3],
    });
    const continued = await runs.closedRunIds(id('continues'), 4);
    for (const [index, runId] of continued.entries()) {
      const root = await runs.expectRun(id('continues'), runId, 'api');
      const previous = continued[index - 1];
      deepEqual(linksOf(root), previous === undefined ? [] : [linkTo(previous)]);
      equal(root.attributes['job.sampling.reason'], index === 0 ? 'default' : 'inherited');
    }
  });

  it('a retry of a failed run: the failed attempt is complete with its error', async () => {
    await runs.harness.client.workflow.start('failsOnce', {
      taskQueue,
      workflowId: id('retried'),
      retry: { maximumAttempts: 2, initialInterval: '100ms' },
    });
    const [first = '', second = ''] = await runs.closedRunIds(id('retried'), 2);
    const failed = await runs.expectRun(id('retried'), first, 'api');
    deepEqual(
      { ...failed.status, type: failed.attributes['error.type'], result: failed.attributes['job.result'] },
      { code: 'error', message: 'first attempt', type: 'FirstAttempt', result: 'failure' },
    );
    const retried = await runs.expectRun(id('retried'), second, 'retry');
    deepEqual(linksOf(retried), [linkTo(first)]);
    equal(retried.attributes['job.attempt'], 2);
  });

  it('an ordinary child stays in the trace of its parent and is bound at its start', async () => {
    const handle = await runs.harness.client.workflow.start('parent', {
      taskQueue,
      workflowId: id('family'),
    });
    await handle.result();
    const parentRun = handle.firstExecutionRunId;
    const [childRun = ''] = await runs.closedRunIds(id('family-child'));
    deepEqual(await runs.harness.searchAttributesOf(id('family-child'), childRun), {
      TraceId: traceIdOf(parentRun),
      JobName: 'parent',
      JobTrigger: 'child',
      JobRunId: parentRun,
      TraceSampled: true,
    });
    deepEqual(linksOf(await runs.completeRootOf(childRun, traceIdOf(parentRun))), []);
    deepEqual(await runs.pluginEvents(id('family-child')), [], 'no event in the child');
  });
});
