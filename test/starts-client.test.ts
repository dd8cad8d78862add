/**
 * A run's metadata from the client that starts it: its caller, the caller's trace, the job's name.
 */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { SpanKind, trace } from '@opentelemetry/api';
import { Client, WithStartWorkflowOperation, type WorkflowClientInterceptor } from '@temporalio/client';
import { defineSearchAttributeKey } from '@temporalio/common';
import { OpenTelemetryWorkflowClientInterceptor } from '@temporalio/interceptors-opentelemetry';
import type { JobStartOptions } from 'temporal-job-tracing';
import type { ReceivedSpan } from '../testing/otlp-span';
import { foreignClientInterceptor } from './support/foreign-headers';
import { id, linksOf, linkTo, Runs, rootIdOf, traceIdOf } from './support/runs';

describe('runs started by a client', { concurrency: 12 }, () => {
  let runs: Runs;
  let taskQueue: string;

  before(async () => {
    runs = await Runs.start();
    ({ taskQueue } = runs);
  });
  after(() => runs.stop());

  /** Runs `fn` like the handler of a traced HTTP request; returns the request's trace id. */
  function inRequest(fn: () => Promise<unknown>): Promise<string> {
    return trace.getTracer('test').startActiveSpan('POST /jobs', { kind: SpanKind.SERVER }, async (span) => {
      await fn();
      span.end();
      return span.spanContext().traceId;
    });
  }

  /** Waits for the client's span of this name in the caller's trace, below the request. */
  async function callerSpan(traceId: string, name: string): Promise<ReceivedSpan> {
    const isThere = (spans: readonly ReceivedSpan[]) =>
      [name, 'POST /jobs'].every((each) => spans.some((span) => span.name === each));
    const spans = await runs.harness.receiver.waitFor(traceId, isThere);
    const span = spans.find((each) => each.name === name);
    const request = spans.find((each) => each.name === 'POST /jobs');
    ok(span && request);
    equal(span.parentSpanId, request.spanId);
    return span;
  }

  const clientWith = (interceptor: WorkflowClientInterceptor) =>
    new Client({ connection: runs.harness.connection, interceptors: { workflow: [interceptor] } });

  async function expectLinkedToCaller(workflowId: string, traceId: string, name: string): Promise<void> {
    const [runId = ''] = await runs.closedRunIds(workflowId);
    const caller = await callerSpan(traceId, name);
    deepEqual(linksOf(await runs.expectRun(workflowId, runId, 'api')), [`${traceId}/${caller.spanId}`]);
  }

  /** Starts a cron workflow in a traced HTTP request; returns the request's trace id. */
  const startCron = (workflowId: string, client: Client, job?: JobStartOptions) =>
    inRequest(() =>
      client.workflow.start('oneActivity', {
        taskQueue,
        workflowId,
        cronSchedule: '@every 1s',
        ...(job && { job }),
      }),
    );

  async function expectFirstTickLinked(workflowId: string, client: Client): Promise<void> {
    const traceId = await startCron(workflowId, client);
    const [first = '', second = ''] = await runs.closedRunIds(workflowId, 2);
    const caller = await callerSpan(traceId, 'StartWorkflow:oneActivity');
    deepEqual(linksOf(await runs.expectRun(workflowId, first, 'cron')), [`${traceId}/${caller.spanId}`]);
    deepEqual(linksOf(await runs.expectRun(workflowId, second, 'cron')), [linkTo(first)]);
    await runs.harness.client.workflow.getHandle(workflowId).terminate();
  }

  it('inside a traced HTTP request: own id, linked to the caller', async () => {
    const traceId = await inRequest(() =>
      runs.pluginClient.workflow.start('oneActivity', { taskQueue, workflowId: id('typed') }),
    );
    await expectLinkedToCaller(id('typed'), traceId, 'StartWorkflow:oneActivity');
  });

  it('cronSchedule inside a traced HTTP request: only the first tick is linked to the caller', async () => {
    await expectFirstTickLinked(id('typed-cron'), runs.pluginClient);
  });

  it("job.trace 'caller' with cronSchedule: only the first tick is in the caller's trace", async () => {
    const traceId = await startCron(id('joined-cron'), runs.pluginClient, { trace: 'caller' });
    const [first = '', second = '', third = ''] = await runs.closedRunIds(id('joined-cron'), 3);
    equal((await runs.completeRootOf(first, traceId)).traceId, traceId);
    equal((await runs.harness.jobs.traces.of(first)).traceId, traceId);
    deepEqual(linksOf(await runs.expectRun(id('joined-cron'), second, 'cron')), [
      `${traceId}/${rootIdOf(first)}`,
    ]);
    deepEqual(linksOf(await runs.expectRun(id('joined-cron'), third, 'cron')), [linkTo(second)]);
    await runs.harness.client.workflow.getHandle(id('joined-cron')).terminate();
  });

  it("job.trace 'caller': the run is in the caller's trace and is found by it", async () => {
    const traceId = await inRequest(() =>
      runs.pluginClient.workflow.start('oneActivity', {
        taskQueue,
        workflowId: id('joined'),
        job: { trace: 'caller' },
      }),
    );
    const [runId = ''] = await runs.closedRunIds(id('joined'));
    const root = await runs.completeRootOf(runId, traceId);
    equal(root.parentSpanId, (await callerSpan(traceId, 'StartWorkflow:oneActivity')).spanId);
    deepEqual(linksOf(root), []);
    // `StartWorkflow` shows its start; the trace of its own run id has no spans.
    const { receiver } = runs.harness;
    deepEqual(
      receiver.trace(traceId).filter(({ name }) => name.startsWith('RunStarted')),
      [],
    );
    runs.expectNoSpansOf(traceIdOf(runId));
    deepEqual(await runs.harness.searchAttributesOf(id('joined'), runId), {
      TraceId: traceId,
      JobName: 'oneActivity',
      JobTrigger: 'api',
      JobRunId: runId,
      TraceSampled: true,
    });
    const found = await runs.harness.jobs.traces.find(traceId);
    deepEqual([found?.root.runId, found?.others], [runId, []]);
    equal((await runs.harness.jobs.traces.of(runId)).traceId, traceId);
  });

  for (const [what, workflowType] of [
    ['retry', 'failsOnce'],
    ['continue-as-new', 'continues'],
  ] as const) {
    it(`job.trace 'caller' holds for one run: its ${what} has a trace of its own`, async () => {
      const workflowId = id(`joined-${what}`);
      const traceId = await inRequest(() =>
        runs.pluginClient.workflow.start(workflowType, {
          taskQueue,
          workflowId,
          args: [1],
          retry: { maximumAttempts: 2, initialInterval: '100ms' },
          job: { trace: 'caller' },
        }),
      );
      const [first = '', second = ''] = await runs.closedRunIds(workflowId, 2);
      await runs.completeRootOf(first, traceId);
      const root = await runs.expectRun(workflowId, second, 'api');
      deepEqual(linksOf(root), [`${traceId}/${rootIdOf(first)}`]);
    });
  }

  it('update-with-start, by a client without the plugin and by a typed client', async () => {
    for (const [workflowId, client] of [
      [id('update-plain'), runs.harness.client],
      [id('update-typed'), runs.pluginClient],
    ] as const) {
      const traceId = await inRequest(async () => {
        const start = new WithStartWorkflowOperation('waits', {
          workflowId,
          taskQueue,
          workflowIdConflictPolicy: 'FAIL',
        });
        const answer = await client.workflow.executeUpdateWithStart('greet', {
          args: ['you'],
          startWorkflowOperation: start,
        });
        equal(answer, 'hello you');
        await (await start.workflowHandle()).signal('finish');
      });
      const [runId = ''] = await runs.closedRunIds(workflowId);
      const links = linksOf(await runs.expectRun(workflowId, runId, 'api'));
      const expected =
        client === runs.pluginClient
          ? [`${traceId}/${(await callerSpan(traceId, 'UpdateWithStartWorkflow:greet')).spanId}`]
          : [];
      deepEqual(links, expected);
    }
  });

  describe('the name of the job', { concurrency: 4 }, () => {
    const cliStart = (workflowId: string, ...flags: string[]) =>
      runs.cli(
        `workflow start --type oneActivity --task-queue ${taskQueue} --workflow-id ${workflowId}`,
        ...flags,
      );
    const start = (workflowId: string, options: object) =>
      runs.pluginClient.workflow.start('oneActivity', { taskQueue, workflowId, ...options });
    const jobName = defineSearchAttributeKey('JobName', 'KEYWORD');

    const ways: Record<string, (workflowId: string) => Promise<unknown>> = {
      'job-name': (workflowId) => start(workflowId, { job: { name: 'nightly' } }),
      'cli-memo': (workflowId) => cliStart(workflowId, '--memo', 'jobName="nightly"'),
      'cli-attribute': (workflowId) => cliStart(workflowId, '--search-attribute', 'JobName="nightly"'),
      'typed-attribute': (workflowId) =>
        start(workflowId, { typedSearchAttributes: [{ key: jobName, value: 'nightly' }] }),
    };
    for (const [way, startBy] of Object.entries(ways)) {
      it(`given by ${way}`, async () => {
        const workflowId = id(way);
        await startBy(workflowId);
        const [runId = ''] = await runs.closedRunIds(workflowId);
        const root = await runs.expectRun(workflowId, runId, 'api');
        equal(root.attributes['job.name'], 'nightly');
      });
    }
  });

  it('a client with the official interceptor alone: own id, linked to the caller', async () => {
    const official = clientWith(new OpenTelemetryWorkflowClientInterceptor());
    const traceId = await inRequest(() =>
      official.workflow.start('oneActivity', { taskQueue, workflowId: id('official') }),
    );
    await expectLinkedToCaller(id('official'), traceId, 'StartWorkflow:oneActivity');
  });

  it('the same with cronSchedule: each tick has a trace of its own', async () => {
    await expectFirstTickLinked(
      id('official-cron'),
      clientWith(new OpenTelemetryWorkflowClientInterceptor()),
    );
  });

  for (const [what, more] of [
    ['traceparent', {}],
    ['traceparent and tracestate', { tracestate: 'vendor=1' }],
  ] as const) {
    it(`a Go or Java client, which writes ${what}: own id, linked to the caller`, async () => {
      const [traceId, spanId] = ['0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331'];
      const client = clientWith(
        foreignClientInterceptor({ traceparent: `00-${traceId}-${spanId}-01`, ...more }),
      );
      const workflowId = id(`foreign ${what}`);
      await client.workflow.start('oneActivity', { taskQueue, workflowId });
      const [runId = ''] = await runs.closedRunIds(workflowId);
      const root = await runs.expectRun(workflowId, runId, 'api');
      deepEqual(linksOf(root), [`${traceId}/${spanId}`]);
      equal(root.traceId, traceIdOf(runId));
    });
  }
});
