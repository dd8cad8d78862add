/**
 * Error status of spans: a requested cancellation and a start of an existing workflow are not errors; a heartbeat
 * timeout is one.
 */
import { deepEqual, ok } from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { trace as api } from '@opentelemetry/api';
import type { ReceivedSpan } from '../testing/otlp-span';
import { until } from '../testing/until';
import { cancellableActivities } from './support/cancellable-activities';
import { id, Runs, traceIdOf } from './support/runs';
import type { Waiting } from './support/workflows/cancelled';

const workflowsPath = require.resolve('./support/workflows/cancelled');
/** Accepts requests and never responds. */
const unresponsive = createServer(() => {});

describe('red spans', { concurrency: 4 }, () => {
  let runs: Runs;
  before(async () => {
    unresponsive.listen(0, '127.0.0.1');
    await once(unresponsive, 'listening');
    process.env.SILENT_URL = `http://127.0.0.1:${(unresponsive.address() as AddressInfo).port}`;
    runs = await Runs.start({
      options: { workflowsPath, activities: cancellableActivities, maxHeartbeatThrottleInterval: 200 },
    });
  });
  after(async () => {
    await runs.stop();
    unresponsive.closeAllConnections();
    unresponsive.close();
  });

  /** Returns the distinct spans with status, `error.type` and `exception` if they have such an event, sorted. */
  const outcomes = (trace: readonly ReceivedSpan[]) =>
    [...new Map(trace.map((span) => [span.spanId, span])).values()]
      .filter(({ name }) => !/^(RunStarted|GET)/.test(name))
      .map(({ name, status, attributes, events }) =>
        [
          name,
          status.code,
          attributes['error.type'],
          events.some((event) => event.name === 'exception') ? 'exception' : '',
        ].join(' '),
      )
      .sort();

  /**
   * Cancels the run while its activity runs, and waits until its trace has this many spans, with those of the activity.
   */
  async function cancelRun(waiting: Waiting, how: 'sleep' | 'fetch', spanCount: number) {
    const { workflow } = runs.harness.client;
    const options = {
      taskQueue: runs.taskQueue,
      workflowId: id(`${waiting}-${how}`),
      args: [waiting, how],
      workflowTaskTimeout: '5s',
    };
    const handle = await workflow.start('waitsForCancellation', options);
    const isRunning = async ({ description = workflow.getHandle(handle.workflowId).describe() }) =>
      ((await description).raw.pendingActivities ?? []).some(({ state }) => state === 2);
    if (waiting === 'abandoned' || waiting === 'awaited')
      await until(() => isRunning({}), { says: 'the activity does not run' });
    else
      await until(async () => (await handle.fetchHistory()).events?.[3], { says: 'no task was completed' });
    await handle.cancel();
    await handle.result().catch(() => {});
    const enough = (trace: readonly ReceivedSpan[]) => outcomes(trace).length >= spanCount;
    return outcomes(await runs.harness.receiver.waitFor(traceIdOf(handle.firstExecutionRunId), enough));
  }

  const root = 'RunWorkflow:waitsForCancellation unset  ';
  const call = 'StartActivity:waitForCancellation unset CancelledFailure ';
  for (const waiting of ['abandoned', 'awaited'] as const) {
    it(`a run that is cancelled on request has none: an activity that is ${waiting} and sleeps`, async () => {
      const activity = 'RunActivity:waitForCancellation unset CancelledFailure ';
      deepEqual(await cancelRun(waiting, 'sleep', 3), [activity, root, call]);
    });

    it(`a run that is cancelled on request has none: an activity that is ${waiting} and fetches`, async () => {
      const activity = 'RunActivity:waitForCancellation unset CancelledFailure ';
      deepEqual(await cancelRun(waiting, 'fetch', 3), [activity, root, call]);
    });
  }

  it('a run that is cancelled on request has none: a local activity', async () => {
    const activity = 'RunActivity:waitForCancellation unset CancelledFailure ';
    deepEqual(await cancelRun('local', 'sleep', 3), [activity, root, call]);
  });

  it('a run that is cancelled on request has none: a child and its activity', async () => {
    const activity = 'RunActivity:waitForCancellation unset CancelledFailure ';
    const child = 'StartChildWorkflow:waitsForCancellation ok  ';
    deepEqual(await cancelRun('child', 'sleep', 5), [activity, root, root, call, child]);
  });

  it('a run that is cancelled on request has none: a timer', async () => {
    deepEqual(await cancelRun('timer', 'sleep', 1), [root]);
  });

  for (const [what, silentMs] of [
    ['comes too late', 4_000],
    ['never comes', 60_000],
  ] as const) {
    it(`a heartbeat that ${what} is an error`, async () => {
      const options = { taskQueue: runs.taskQueue, workflowId: id(what), args: [silentMs] };
      const handle = await runs.harness.client.workflow.start('heartbeatLost', options);
      await handle.result();
      const trace = await runs.harness.receiver.waitFor(
        traceIdOf(handle.firstExecutionRunId),
        (spans) => outcomes(spans).length >= 3,
      );
      deepEqual(outcomes(trace), [
        'RunActivity:heartbeatLate error  exception',
        'RunWorkflow:heartbeatLost ok  ',
        'StartActivity:heartbeatLate error TimeoutError exception',
      ]);
    });
  }

  it('a start of a workflow that already exists has none; one that fails otherwise has', async () => {
    const start = { taskQueue: runs.taskQueue, workflowId: id('twice'), args: ['timer'] };
    const { workflow } = runs.pluginClient;
    const traceId = await api.getTracer('test').startActiveSpan('deploy', async (span) => {
      const handle = await workflow.start('waitsForCancellation', start);
      await workflow.start('waitsForCancellation', start).catch(() => {});
      await workflow.signalWithStart('waitsForCancellation', { ...start, signal: 'none', signalArgs: [] });
      await workflow
        .start('waitsForCancellation', { ...start, workflowId: id('never'), cronSchedule: 'never' })
        .catch(() => {});
      await handle.terminate();
      span.end();
      return span.spanContext().traceId;
    });
    const trace = await runs.harness.receiver.waitFor(traceId, (spans) => spans.length >= 6);
    ok(trace.every(({ name }) => !name.startsWith('RunWorkflow')));
    deepEqual(outcomes(trace), [
      'SignalWithStartWorkflow:waitsForCancellation ok  ',
      'StartWorkflow:waitsForCancellation error  exception',
      'StartWorkflow:waitsForCancellation ok  ',
      'StartWorkflow:waitsForCancellation unset WorkflowExecutionAlreadyStartedError ',
      'TerminateWorkflow ok  ',
      'deploy unset  ',
    ]);
  });
});
