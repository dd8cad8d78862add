/**
 * Trace context and baggage reach downstream services with every propagator of the process, and log lines have the
 * trace id.
 */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { context, propagation } from '@opentelemetry/api';
import type { WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import { parseBaggage } from '../core/baggage';
import type { ReceivedSpan } from '../testing/otlp-span';
import { incomplete } from '../testing/otlp-trace';
import { until } from '../testing/until';
import { endOf, messageOf } from './support/child-process';
import { id, Runs, rootIdOf, traceIdOf } from './support/runs';

interface Line {
  readonly message: string;
  readonly workflowId: string;
  readonly trace_id?: string;
  readonly span_id?: string;
  readonly trace_flags?: string;
}

describe('a call of a run', { concurrency: 8 }, () => {
  let runs: Runs;
  let b3Worker: ChildProcess;
  let b3Queue: string;
  const lines: Line[] = [];

  before(async () => {
    runs = await Runs.start();
    b3Queue = runs.harness.newTaskQueue();
    const env = { OTEL_PROPAGATORS: 'b3', TEMPORAL: runs.harness.server.address, TASK_QUEUE: b3Queue };
    b3Worker = fork(path.join(__dirname, 'support', 'processes', 'b3-worker.js'), {
      env: { ...process.env, ...env },
    });
    b3Worker.on('message', ({ line }: { line?: Line }) => line && lines.push(line));
    await messageOf(b3Worker);
  });
  after(async () => {
    if (b3Worker?.connected) b3Worker.disconnect();
    if (b3Worker) await endOf(b3Worker);
    await runs.stop();
  });

  /** Waits for the other process to log the message for the run. */
  const lineOf = (workflowId: string, message: string): Promise<Line> =>
    until(() => lines.find((line) => line.workflowId === workflowId && line.message === message), {
      says: `the other process does not log '${message}' of ${workflowId}`,
    });

  /** Waits until the activity's span is in the run's trace and the trace is complete; returns the span. */
  async function activityIn(runId: string): Promise<ReceivedSpan> {
    const isActivity = ({ name }: ReceivedSpan) => name === 'RunActivity:callDownstream';
    const isThere = (trace: readonly ReceivedSpan[]) =>
      trace.some(isActivity) && incomplete(trace).length === 0;
    const trace = await runs.harness.receiver.waitFor(traceIdOf(runId), isThere);
    const activity = trace.find(isActivity);
    ok(activity);
    equal(trace.find(({ spanId }) => spanId === activity.parentSpanId)?.name, 'StartActivity:callDownstream');
    return activity;
  }

  /** Runs the workflow from a client that has the plugin, in a context with the user's baggage. */
  async function run(type: string, job: { name?: string; runNow?: boolean } = {}) {
    const baggage = propagation.createBaggage({
      tenant: { value: 'Käse & Söhne, "GmbH"' },
      'job.name': { value: 'forged' },
    });
    const active = propagation.setBaggage(context.active(), baggage);
    const handle = await context.with(active, () =>
      runs.pluginClient.workflow.start(type, { taskQueue: runs.taskQueue, workflowId: id(type), job }),
    );
    const headers = JSON.parse(String(await handle.result())) as Record<string, string>;
    return { headers, runId: handle.firstExecutionRunId };
  }

  const table: [string, string, { name?: string; runNow?: boolean }, string, string][] = [
    ['an activity', 'oneActivity', {}, 'oneActivity', 'api'],
    ['a local activity', 'oneLocalActivity', { runNow: true }, 'oneLocalActivity', 'manual'],
    ['an activity of an ordinary child', 'parent', { name: 'nightly ü' }, 'nightly ü', 'api'],
  ];
  for (const [what, type, job, jobName, trigger] of table) {
    it(`from ${what} carries traceparent, the job's run and the user's baggage`, async () => {
      const { headers, runId } = await run(type, job);
      const [, traceId, spanId, flags] = headers.traceparent?.split('-') ?? [];
      deepEqual({ traceId, flags }, { traceId: traceIdOf(runId), flags: '01' });
      const isThere = (trace: readonly ReceivedSpan[]) =>
        trace.some(({ parentSpanId }) => parentSpanId === spanId);
      const trace = await runs.harness.receiver.waitFor(traceIdOf(runId), isThere);
      const server = trace.find(({ parentSpanId }) => parentSpanId === spanId);
      equal(server?.resource['service.name'], 'downstream');
      deepEqual(
        Object.fromEntries([...parseBaggage(headers.baggage)].map(([name, { value }]) => [name, value])),
        {
          'job.name': jobName,
          'job.run.id': runId,
          'job.trigger': trigger,
          'traffic.origin': 'scheduler',
          tenant: 'Käse & Söhne, "GmbH"',
        },
      );
    });
  }

  it('with OTEL_PROPAGATORS=b3 gets b3, while activities are still in the trace of their run', async () => {
    const start = { taskQueue: b3Queue, workflowId: id('b3') };
    const handle = await runs.harness.client.workflow.start('oneActivity', start);
    const headers = JSON.parse(String(await handle.result())) as Record<string, string>;
    await activityIn(handle.firstExecutionRunId);
    match(headers.b3 ?? '', new RegExp(`^${traceIdOf(handle.firstExecutionRunId)}-[0-9a-f]{16}-1$`));
    deepEqual([headers.traceparent, headers.baggage], [undefined, undefined]);
  });

  it('with OTEL_PROPAGATORS=b3 a start by a typed client is linked to it', async () => {
    b3Worker.send(id('b3-start'));
    const [runId = ''] = await runs.closedRunIds(id('b3-start'));
    await activityIn(runId);
    const root = runs.harness.receiver
      .trace(traceIdOf(runId))
      .find(({ spanId }) => spanId === rootIdOf(runId));
    const [link] = root?.links ?? [];
    ok(link);
    const isStart = ({ spanId, name }: ReceivedSpan) =>
      spanId === link.spanId && name === 'StartWorkflow:oneActivity';
    await runs.harness.receiver.waitFor(link.traceId, (trace) => trace.some(isStart));
  });

  it('is logged with the trace: lines of the workflow name its root, lines of an activity its span', async () => {
    const start = { taskQueue: b3Queue, workflowId: id('logs') };
    const { runId } = await ended(await runs.harness.client.workflow.start('randoms', start));
    const inTrace = { workflowId: id('logs'), trace_id: traceIdOf(runId), trace_flags: '01' };
    deepEqual(await lineOf(id('logs'), 'between'), {
      ...inTrace,
      message: 'between',
      span_id: rootIdOf(runId),
    });
    deepEqual(await lineOf(id('logs'), 'in the activity'), {
      ...inTrace,
      message: 'in the activity',
      span_id: (await activityIn(runId)).spanId,
    });
  });
});

async function ended(handle: WorkflowHandleWithFirstExecutionRunId): Promise<{ runId: string }> {
  await handle.result();
  return { runId: handle.firstExecutionRunId };
}
