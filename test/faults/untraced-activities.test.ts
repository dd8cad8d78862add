/**
 * Activities without a trace: of runs that started without the plugin, of runs on workers without it (in any language),
 * of runs that are neither sampled nor bound; and standalone activities.
 */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { context, TraceFlags, trace } from '@opentelemetry/api';
import type { WorkflowStartOptions } from '@temporalio/client';
import type { Headers } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { type JobTracingOptions, JobTracingPlugin } from 'temporal-job-tracing';
import { scheduledJobActivities } from 'temporal-job-tracing/activities';
import type { AlertActivities } from '../../alerts/workflows/activities';
import { readHeader } from '../../core/trace-header';
import { Allowance } from '../../interceptors/sandbox/allowance';
import { untracedOutbound } from '../../interceptors/sandbox/untraced-outbound';
import { traceStateOfRatio } from '../../sampling/ratio';
import type { ReceivedSpan } from '../../testing/otlp-span';
import { leaves, tree } from '../../testing/otlp-trace';
import type { WorkerSetup } from '../support/harness';
import { Runs, rootIdOf, traceIdOf } from '../support/runs';

const WORKFLOWS = require.resolve('../support/workflows/untraced');
const NEVER = { ratio: 0, keepFailed: false, afterFailure: { runs: 0 } };

/** Returns a worker for workflows and local activities only. */
function forWorkflows(plugin: JobTracingOptions | null): WorkerSetup {
  // Replays at each task, like a worker that takes over the run.
  const options = { workflowsPath: WORKFLOWS, enableNonLocalActivities: false, maxCachedWorkflows: 0 };
  return { plugin, options };
}

/** Returns a worker for activities only. */
function forActivities(plugin: JobTracingOptions): WorkerSetup {
  return { plugin, options: { workflowBundle: undefined } as object };
}

describe('activities without our header', { concurrency: 4 }, () => {
  let runs: Runs;
  before(async () => {
    runs = await Runs.start();
  });
  after(() => runs.stop());

  /** Runs the workflow with one worker for its workflow tasks and another for its activities. */
  async function run(
    workflows: JobTracingOptions | null,
    activities: JobTracingOptions,
    type: string,
    options: Partial<WorkflowStartOptions> = {},
    client = runs.harness.client,
  ) {
    const setups = [forWorkflows(workflows), forActivities(activities)];
    return runs.harness.whileWorking(setups, async (taskQueue) => {
      const start = { taskQueue, workflowId: randomUUID(), ...options } as WorkflowStartOptions;
      const handle = await client.workflow.start(type, start);
      const result: string[] = await handle.result();
      const parents = result.map((seen) => JSON.parse(seen).traceparent as string | undefined);
      return { workflowId: handle.workflowId, runId: handle.firstExecutionRunId, parents };
    });
  }

  /** Waits until the trace has so many spans, of one process and of the downstream service; returns it. */
  const traceOf = (runId: string, count: number) =>
    runs.harness.receiver.waitFor(traceIdOf(runId), (spans) => spans.length >= count);

  const activitiesOf = (spans: readonly ReceivedSpan[]) =>
    spans.filter(({ name }) => name.startsWith('RunActivity:'));

  it('are in one trace named after the run, each below the span that its root would be, with downstream', async () => {
    const { runId, workflowId, parents } = await run(null, {}, 'calls');
    const spans = await traceOf(runId, 5);
    deepEqual(tree(spans), [
      'RunActivity:callDownstream',
      '  GET',
      '    GET',
      'RunActivity:failBelowAttempt',
      'RunActivity:failBelowAttempt',
    ]);
    for (const { attributes, parentSpanId, traceState } of activitiesOf(spans)) {
      equal(parentSpanId, rootIdOf(runId));
      equal(traceState, 'ot=th:0');
      deepEqual([attributes.temporalWorkflowId, attributes.run_id], [workflowId, runId]);
      ok(attributes.temporalActivityId);
    }
    match(parents[0] ?? '', new RegExp(`^00-${traceIdOf(runId)}-[0-9a-f]{16}-01$`));
  });

  it('of a run that started without the plugin and was taken over: the same, even local ones', async () => {
    const { harness } = runs;
    const taskQueue = harness.newTaskQueue();
    const setup = { options: { workflowsPath: WORKFLOWS } };
    const start = { taskQueue, workflowId: randomUUID() };
    const first = await harness.createWorker(taskQueue, { ...setup, plugin: null });
    const handle = await harness.whileRunning([first], async () => {
      const started = await harness.client.workflow.start('callsAfterSignal', start);
      await started.query('__stack_trace');
      return started;
    });
    const second = await harness.createWorker(taskQueue, setup);
    await harness.whileRunning([second], async () => {
      await handle.signal('go');
      await handle.result();
    });
    const spans = await traceOf(handle.firstExecutionRunId, 6);
    deepEqual(leaves(spans), ['GET > GET', 'GET > GET']);
    deepEqual(
      activitiesOf(spans).map(({ parentSpanId }) => parentSpanId),
      [rootIdOf(handle.firstExecutionRunId), rootIdOf(handle.firstExecutionRunId)],
    );
  });

  it('are not sampled if the ratio excludes the trace id, or if the rule has a cap', async () => {
    const capped = { atMost: { runs: 1_000, per: '1 day' } } as const;
    for (const sampling of [{ default: NEVER }, { jobs: { calls: NEVER } }, { default: capped }]) {
      const { runId, parents } = await run(null, { sampling }, 'calls');
      deepEqual(parents, [undefined]);
      runs.expectNoSpansOf(traceIdOf(runId));
    }
  });

  it('are not traced if the plugin is not enabled', async () => {
    const { runId, parents } = await run(null, { enabled: false }, 'calls');
    deepEqual(parents, [undefined]);
    runs.expectNoSpansOf(traceIdOf(runId));
  });

  describe("of a run that bind: 'sampled' leaves untraced", { concurrency: 4 }, () => {
    const plugin: JobTracingOptions = { bind: 'sampled', sampling: { jobs: { never: NEVER } } };
    const memo = { jobName: 'never' };

    it('are not sampled on other workers either, and neither are those of its children and continuations', async () => {
      const { runId, parents } = await run(plugin, plugin, 'callsInFamily', { memo });
      deepEqual(parents, [undefined, undefined, undefined, undefined]);
      runs.expectNoSpansOf(traceIdOf(runId));
    });

    it('are all in one trace if the ratio has increased since', async () => {
      const { runId } = await run(plugin, {}, 'callsInFamily', { memo });
      // Two activities each of the child's first run, of its continuation, and of the run itself, each with two child
      // spans.
      const spans = await traceOf(runId, 18);
      equal(activitiesOf(spans).length, 6);
      for (const { parentSpanId } of activitiesOf(spans)) equal(parentSpanId, rootIdOf(runId));
    });

    it('are not sampled if the run is not because of its caller', async () => {
      const traceId = traceIdOf(randomUUID());
      const caller = { traceId, spanId: traceId.slice(16), traceFlags: TraceFlags.NONE, isRemote: true };
      const { parents } = await context.with(trace.setSpanContext(context.active(), caller), () =>
        run(
          { bind: 'sampled' },
          {},
          'callsInFamily',
          { job: { trace: 'caller' } } as object,
          runs.pluginClient,
        ),
      );
      for (const traceparent of parents)
        match(traceparent ?? '', new RegExp(`^00-${traceId}-[0-9a-f]{16}-00$`));
      runs.expectNoSpansOf(traceId);
    });
  });

  it('an untraced run passes its job to a child, but not to a cron, whose ticks are runs of their own', async () => {
    const jobHeader = { kind: 'child', job: 'never', runId: 'run', trigger: 'api' } as const;
    const calls = { activity: undefined, child: { jobHeader }, continuation: undefined };
    const { startChildWorkflowExecution: start } = untracedOutbound(new Allowance(), calls);
    for (const [cronSchedule, expected] of [
      [undefined, jobHeader],
      ['* * * * *', undefined],
    ]) {
      let headers: Headers = {};
      const input = { headers, options: { cronSchedule } } as unknown as Parameters<
        NonNullable<typeof start>
      >[0];
      await start?.(input, async (given) => {
        headers = given.headers;
        return [Promise.resolve(''), Promise.resolve()];
      });
      deepEqual(readHeader(headers).header?.jobHeader, expected);
    }
  });

  it("of the package's own workflows, the ticks of a scheduled job and alerts, are in no trace", async () => {
    const alerts = { jobAlertsWatch: 0, jobAlertsDeliver: 0, jobAlertsTest: 0 };
    const own = { ...scheduledJobActivities, ...(alerts satisfies Record<keyof AlertActivities, number>) };
    for (const activityType of Object.keys(own)) {
      deepEqual(await alone({}, { activityType, activityRunId: randomUUID() }), undefined, activityType);
    }
  });

  /** Returns the active span in a standalone activity. */
  async function alone(
    plugin: JobTracingOptions,
    info: Partial<MockActivityEnvironment['context']['info']>,
  ): Promise<ReturnType<typeof trace.getActiveSpan>> {
    const { interceptors } = await new JobTracingPlugin(plugin).configureWorker({ taskQueue: 'none' });
    const { workflowExecution: _, ...none } = new MockActivityEnvironment().context.info;
    const environment = new MockActivityEnvironment(
      {
        ...none,
        workflowExecution: undefined,
        workflowType: undefined,
        inWorkflow: false,
        ...info,
      } as object,
      { interceptors: [...(interceptors?.activity ?? [])] },
    );
    return environment.run(async () => trace.getActiveSpan());
  }

  it('standalone ones have the trace of their own run id, by the rule of their type', async () => {
    const activityRunId = randomUUID();
    const info = { activityType: 'resize', activityRunId };
    const span = await alone({ sampling: { default: 0, jobs: { resize: 1 } } }, info);
    const { traceId, traceFlags, traceState } = span?.spanContext() ?? {};
    deepEqual([traceId, traceFlags], [traceIdOf(activityRunId), TraceFlags.SAMPLED]);
    equal(traceState?.serialize(), traceStateOfRatio(1));
    equal((span as unknown as { name: string }).name, 'RunActivity:resize');
    equal(await alone({ sampling: { default: 1, jobs: { resize: 0 } } }, info), undefined);
    equal(await alone({ enabled: false }, info), undefined);
  });
});
