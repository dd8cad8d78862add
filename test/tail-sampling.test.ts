/**
 * Tail sampling: a run that was not sampled, but fails or is slow, exports its root span, and has a marker for it.
 */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import type { WorkerOptions } from '@temporalio/worker';
import type { JobTracingOptions } from 'temporal-job-tracing';
import { tree } from '../testing/otlp-trace';
import { until } from '../testing/until';
import { Harness } from './support/harness';
import { traceIdOf } from './support/runs';

describe('tail-sampled runs', { concurrency: 4 }, () => {
  let harness: Harness;
  before(async () => {
    harness = await Harness.start();
  });
  after(() => harness.stop());

  /** Runs a workflow on a worker with this policy, and returns its ids. */
  async function run(
    sampling: JobTracingOptions['sampling'],
    type: string,
    args: unknown[] = [],
    fn: (handle: WorkflowHandle, taskQueue: string) => Promise<unknown> = async () => {},
    options: Partial<WorkerOptions> = {},
  ): Promise<{ workflowId: string; runId: string }> {
    const workflowId = `${type}-${Math.random()}`;
    const setup = {
      plugin: { ...(sampling && { sampling }) },
      options: { maxCachedWorkflows: 0, ...options },
    };
    return harness.whileWorking(setup, async (taskQueue) => {
      const handle = await harness.client.workflow.start(type, { taskQueue, workflowId, args });
      await fn(handle, taskQueue);
      await handle.result().catch(() => {});
      return { workflowId, runId: handle.firstExecutionRunId };
    });
  }

  const markersOf = ({ workflowId, runId }: { workflowId: string; runId: string }) =>
    harness.markersOf(workflowId, runId);

  it('a failed run exports its root with the error, and nothing below it', async () => {
    const failed = await run({ default: 0 }, 'activityFails');
    const trace = await harness.completeTrace(traceIdOf(failed.runId));
    deepEqual(tree(trace), ['RunWorkflow:activityFails']);
    const [root] = trace;
    ok(root);
    deepEqual(
      {
        reason: root.attributes['job.sampling.reason'],
        activity: root.attributes['job.failed.activity'],
        result: root.attributes['job.result'],
        status: root.status,
      },
      {
        reason: 'kept-failed',
        activity: 'failBelowAttempt',
        result: 'failure',
        status: { code: 'error', message: 'attempt 3 fails' },
      },
    );
    ok(root.durationMs > 0);
    equal((await harness.searchAttributesOf(failed.workflowId)).TraceSampled, true);
    deepEqual(await markersOf(failed), ['job-tracing:kept-failed', 'job-tracing:unsampled']);
  });

  it('a slow run exports its root; a quick one exports nothing', async () => {
    const sampling = { default: { ratio: 0, keepSlow: { overMs: 6_000 } } };
    const slow = await run(sampling, 'takes', [6_500]);
    const quick = await run(sampling, 'takes', [150]);
    const [root] = await harness.completeTrace(traceIdOf(slow.runId));
    equal(root?.attributes['job.sampling.reason'], 'kept-slow');
    equal(root?.attributes['job.result'], 'success');
    deepEqual(harness.receiver.trace(traceIdOf(quick.runId)), []);
    equal((await harness.searchAttributesOf(quick.workflowId)).TraceSampled, false);
    deepEqual(await markersOf(quick), ['job-tracing:unsampled']);
  });

  it('a slow tick of a cron exports its root, measured from its due time', async () => {
    const sampling = { default: { ratio: 0, keepSlow: { overMs: 2_500 } } };
    const setup = { plugin: { sampling }, options: { maxCachedWorkflows: 0 } };
    const runId = await harness.whileWorking(setup, async (taskQueue) => {
      const start = { taskQueue, workflowId: taskQueue, args: [3_000], cronSchedule: '@every 5s' };
      const handle = await harness.client.workflow.start('takes', start);
      const { firstExecutionRunId } = handle;
      const first = harness.client.workflow.getHandle(taskQueue, firstExecutionRunId, { followRuns: false });
      // A tick closes as continued-as-new, which the client reports as an error.
      await first.result().catch(() => {});
      await handle.terminate();
      return firstExecutionRunId;
    });
    const [root] = await harness.completeTrace(traceIdOf(runId));
    equal(root?.attributes['job.sampling.reason'], 'kept-slow');
  });

  it('with keepFailed: false a failed run exports nothing', async () => {
    const failed = await run({ default: { ratio: 0, keepFailed: false } }, 'takes', [1, 'fail']);
    deepEqual(harness.receiver.trace(traceIdOf(failed.runId)), []);
    deepEqual(await markersOf(failed), ['job-tracing:unsampled']);
  });

  it('the root names the child that failed, which exports nothing itself', async () => {
    const failed = await run({ default: 0 }, 'parent', [{ type: 'takes', args: [1, 'fail'] }]);
    const trace = await harness.completeTrace(traceIdOf(failed.runId));
    deepEqual(tree(trace), ['RunWorkflow:parent']);
    const [root] = trace;
    deepEqual(
      ['reason', 'failed.child', 'failed.child.id', 'result'].map(
        (key) => root?.attributes[key === 'reason' ? 'job.sampling.reason' : `job.${key}`],
      ),
      ['kept-failed', 'takes', `${failed.workflowId}-child`, 'failure'],
    );
    equal(root?.status.message, 'too long a name');
  });

  it('a run that times out in its own code is tail-sampled as a timeout', async () => {
    const failed = await run({ default: 0 }, 'activityTimesOut');
    const [root] = await harness.completeTrace(traceIdOf(failed.runId));
    deepEqual(
      ['sampling.reason', 'failed.activity', 'result'].map((key) => root?.attributes[`job.${key}`]),
      ['kept-failed', 'callDownstreamLate', 'timeout'],
    );
    equal(root?.attributes['error.type'], 'TimeoutError');
  });

  it('a plain error that fails the run by configuration is a failure like any other', async () => {
    const configured = { workflowFailureErrorTypes: { '*': ['Error'] } };
    const failed = await run({ default: 0 }, 'takes', [1, 'throw'], async () => {}, configured);
    const [root] = await harness.completeTrace(traceIdOf(failed.runId));
    equal(root?.attributes['job.sampling.reason'], 'kept-failed');
    equal(root?.status.message, 'a plain error');
  });

  it('a cancellation that was not requested is a failure like any other', async () => {
    const failed = await run({ default: 0 }, 'cancelsItself');
    const [root] = await harness.completeTrace(traceIdOf(failed.runId));
    deepEqual(
      ['sampling.reason', 'result'].map((key) => root?.attributes[`job.${key}`]),
      ['kept-failed', 'failure'],
    );
  });

  it('a slow run is also tail-sampled when it is cancelled or continues as new', async () => {
    const sampling = { default: { ratio: 0, keepSlow: { overMs: 6_000 } } };
    const cancelled = await run(sampling, 'takes', [60_000], async (handle) => {
      // A run is slow only after this time has passed.
      await sleep(6_500);
      await handle.cancel();
    });
    const continued = await run(sampling, 'takes', [6_500, 'continue']);
    for (const [slow, result] of [
      [cancelled, 'cancellation'],
      [continued, undefined],
    ] as const) {
      const trace = await harness.completeTrace(traceIdOf(slow.runId));
      deepEqual(
        trace.map(({ name, attributes }) => [
          name,
          attributes['job.sampling.reason'],
          attributes['job.result'],
        ]),
        [['RunWorkflow:takes', 'kept-slow', result]],
      );
      deepEqual(await markersOf(slow), ['job-tracing:kept-slow', 'job-tracing:unsampled']);
      const { TraceSampled } = await harness.searchAttributesOf(slow.workflowId, slow.runId);
      equal(TraceSampled, true);
    }
    const next = await harness.jobs.traces.of({ workflowId: continued.workflowId });
    deepEqual([next.sampled, next.sampling?.reason], [false, 'inherited']);
  });

  it('the rule at the end applies, whatever the one at the start was', async () => {
    for (const [first, second, markers] of [
      [false, true, ['job-tracing:kept-failed', 'job-tracing:unsampled']],
      [true, false, ['job-tracing:unsampled']],
    ] as const) {
      const taskQueue = harness.newTaskQueue();
      const worker = (keepFailed: boolean) =>
        harness.createWorker(taskQueue, {
          plugin: { sampling: { default: { ratio: 0, keepFailed } } },
          options: { maxCachedWorkflows: 0 },
        });
      const start = { taskQueue, workflowId: `ruled-${Math.random()}`, args: [3_000, 'fail'] };
      const handle = await harness.whileRunning([await worker(first)], async () => {
        const started = await harness.client.workflow.start('takes', start);
        const isWaiting = async () =>
          (await started.fetchHistory()).events?.some((event) => event.timerStartedEventAttributes);
        await until(isWaiting, { says: 'the run has not started' });
        return started;
      });
      await harness.whileRunning([await worker(second)], () => handle.result().catch(() => {}));
      const run = { workflowId: start.workflowId, runId: handle.firstExecutionRunId };
      deepEqual(await markersOf(run), markers);
      equal((await harness.searchAttributesOf(start.workflowId)).TraceSampled, second);
    }
  });

  it('a quick run that is cancelled and a continued one are not failures', async () => {
    const cancelled = await run({ default: 0 }, 'takes', [60_000], (handle) => handle.cancel());
    const continued = await run({ default: 0 }, 'continues', [1]);
    deepEqual(harness.receiver.trace(traceIdOf(cancelled.runId)), []);
    deepEqual(harness.receiver.trace(traceIdOf(continued.runId)), []);
  });

  it('queries of a tail-sampled run on a cold worker export nothing, and it replays after a change of the rule', async () => {
    const failed = await run({ default: 0 }, 'takes', [1, 'fail']);
    await harness.completeTrace(traceIdOf(failed.runId));
    const handle = harness.client.workflow.getHandle(failed.workflowId);
    for (const sampling of [{ default: 0 }, { default: { ratio: 1, keepFailed: false } }]) {
      const setup = { plugin: { sampling } };
      const taskQueue = (await handle.describe()).taskQueue;
      const worker = await harness.createWorker(taskQueue, setup);
      await harness.whileRunning([worker], () => handle.query('__stack_trace'));
    }
    equal(harness.receiver.trace(traceIdOf(failed.runId)).length, 1);
  });

  it('a reset of a tail-sampled run decides anew about its end', async () => {
    const workflowId = 'reset-kept';
    await harness.whileWorking({ plugin: { sampling: { default: 0 } } }, async (taskQueue) => {
      const handle = await harness.client.workflow.start('takes', {
        taskQueue,
        workflowId,
        args: [1, 'fail'],
      });
      await handle.result().catch(() => {});
      await harness.cli(
        'workflow',
        'reset',
        '-w',
        workflowId,
        '--type',
        'FirstWorkflowTask',
        '--reason',
        'test',
      );
      await harness.client.workflow
        .getHandle(workflowId)
        .result()
        .catch(() => {});
      const trace = await harness.receiver.waitFor(
        traceIdOf(handle.firstExecutionRunId),
        (spans) => spans.length === 2,
      );
      deepEqual(
        trace.map((span) => span.attributes['job.sampling.reason']),
        ['kept-failed', 'kept-failed'],
      );
    });
  });
});
