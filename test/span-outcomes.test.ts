/**
 * The outcomes of calls and runs on their spans: an error only if there was one, and the time that each waited for a
 * worker.
 */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { temporal } from '@temporalio/proto';
import type { ReceivedSpan } from '../testing/otlp-span';
import { Harness } from './support/harness';
import { historiesBundle } from './support/histories';
import { traceIdOf } from './support/runs';

const WAIT_MS = 3_000;

describe('the spans of a run', { concurrency: 3 }, () => {
  let harness: Harness;
  before(async () => {
    harness = await Harness.start();
  });
  after(() => harness?.stop());

  /** Runs the workflow on a worker that starts when the run is due; returns its trace. */
  async function traceOf(
    type: string,
    cache: number,
    waitMs = 0,
    start: object = {},
    workflowsPath?: string,
  ): Promise<ReceivedSpan[]> {
    const taskQueue = harness.newTaskQueue();
    const options = { taskQueue, workflowId: taskQueue, ...start };
    const handle = await harness.client.workflow.start(type, options);
    // The server alone must see the run become due or time out.
    await sleep(waitMs);
    const worker = await harness.createWorker(taskQueue, {
      options: { workflowBundle: await historiesBundle({}, workflowsPath), maxCachedWorkflows: cache },
    });
    await harness.whileRunning([worker], () => handle.result());
    return harness.completeTrace(traceIdOf(handle.firstExecutionRunId));
  }

  it('a call that fails has the error of its cause', async () => {
    const path = require.resolve('./support/workflows/failing-calls');
    const trace = await traceOf('failingCalls', 10, 0, {}, path);
    const calls = trace
      .filter(({ name }) => name.startsWith('Start'))
      .map(({ name, status, attributes }) => [name, status.code, attributes['error.type']].join(' '));
    deepEqual(calls.sort(), [
      'StartActivity:callDownstreamLate error TimeoutError',
      'StartActivity:callDownstreamLate unset CancelledFailure',
      'StartActivity:migrateAccount error FieldLength',
      'StartActivity:migrateAccount unset CancelledFailure',
      'StartChildWorkflow:quiet ok ',
      'StartChildWorkflow:quiet unset CancelledFailure',
      'StartChildWorkflow:quiet unset WorkflowExecutionAlreadyStartedError',
    ]);
    ok(trace.every(({ attributes }) => attributes['job.unfinished'] === undefined));
  });

  const codesOf = (trace: readonly ReceivedSpan[]) =>
    trace
      .filter(({ name }) => !name.startsWith('RunStarted'))
      .map(({ name, status, attributes }) => {
        const attempt = attributes['job.activity.attempt'];
        return `${name}${attempt === undefined ? '' : ` ${attempt}`}: ${status.code}`;
      })
      .sort();

  for (const cache of [10, 0]) {
    it(`a local activity that is retried past its threshold has no false error: cache ${cache}`, async () => {
      const codes = codesOf(await traceOf('localBackoff', cache));
      deepEqual(codes, [
        'RunActivity:failBelowAttempt 1: error',
        'RunActivity:failBelowAttempt 2: ok',
        'RunWorkflow:localBackoff: ok',
        'StartActivity:failBelowAttempt: ok',
        'StartActivity:failBelowAttempt: unset',
      ]);
    });
  }

  it('a run that waited for a worker has its wait as an attribute, and so has its activity', async () => {
    const trace = await traceOf('oneActivity', 10, WAIT_MS);
    const [run, activity] = ['RunWorkflow:oneActivity', 'RunActivity:callDownstream'].map((name) =>
      Number(trace.find((span) => span.name === name)?.attributes['job.queue_time_ms']),
    );
    ok(Number(run) >= WAIT_MS - 500, `${run} ms`);
    ok(Number(activity) >= 0, `${activity} ms`);
  });

  it('the wait of a delayed run counts from its due time', async () => {
    const startDelay = WAIT_MS;
    const trace = await traceOf('oneActivity', 10, 0, { startDelay });
    const root = trace.find(({ name }) => name === 'RunWorkflow:oneActivity');
    const { events } = await harness.client.workflow
      .getHandle(String(root?.attributes.temporalWorkflowId))
      .fetchHistory();
    const msOf = (isIt: (event: temporal.api.history.v1.IHistoryEvent) => unknown) => {
      const time = events?.find(isIt)?.eventTime;
      return Number(time?.seconds) * 1_000 + Number(time?.nanos) / 1_000_000;
    };
    const startedMs = msOf((event) => event.workflowExecutionStartedEventAttributes);
    const begunMs = msOf((event) => event.workflowTaskStartedEventAttributes);
    const expected = Math.max(0, begunMs - startedMs - startDelay);
    ok(Math.abs(Number(root?.attributes['job.queue_time_ms']) - expected) < 50, `expected ${expected} ms`);
  });

  it('a tick has its schedule as an attribute', async () => {
    const taskQueue = harness.newTaskQueue();
    const start = { taskQueue, workflowId: taskQueue, cronSchedule: '@every 1s' };
    const handle = await harness.client.workflow.start('oneActivity', start);
    const worker = await harness.createWorker(taskQueue, {
      options: { workflowBundle: await historiesBundle() },
    });
    const first = handle.firstExecutionRunId;
    await harness.whileRunning([worker], async () => {
      await harness.client.workflow
        .getHandle(taskQueue, first, { followRuns: false })
        .result()
        .catch(() => {});
      await handle.terminate();
    });
    const trace = await harness.completeTrace(traceIdOf(first));
    const root = trace.find(({ name }) => name === 'RunWorkflow:oneActivity');
    deepEqual([root?.attributes['faas.trigger'], root?.attributes['faas.cron']], ['timer', '@every 1s']);
    equal(root?.attributes['job.trigger'], 'cron');
  });
});
