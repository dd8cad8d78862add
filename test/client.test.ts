/**
 * `JobClient` finds a run by its trace and a trace by its run, on a real server, bound or not.
 *
 * The runs set the search attributes themselves, without the plugin, since this file tests only the client.
 */
import { deepEqual, equal, notEqual, ok, rejects } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  Client,
  Connection,
  type WorkflowClientInterceptor,
  WorkflowNotFoundError,
  type WorkflowStartOptions,
} from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { JobClient, TraceIdError } from 'temporal-job-tracing/client';
import { registerSearchAttributes } from '../client/search-attributes.js';
import { TRACE_HEADER, writeHeader } from '../core/trace-header.js';
import { rootSpanIdOfRun, traceIdOfRun } from '../core/trace-id.js';
import { startTemporalServer, type TemporalServer, temporalCli } from '../testing/temporal-server.js';
import { until } from '../testing/until.js';
import { workflowBundle } from './support/bundles.js';
import type * as workflows from './support/workflows/client-runs.js';

const TASK_QUEUE = 'client-test';
/** A task queue without workers. */
const IDLE_TASK_QUEUE = 'client-test-idle';
/** How long a client waits for a run that is not listed yet. */
const INDEX_LAG_MS = 10_000;

/** Namespaces of this test run only: test files may share the server. */
const run = randomUUID().slice(0, 8);
const [bound, bare] = [`bound-${run}`, `bare-${run}`] as const;

let server: TemporalServer;
let connection: Connection;
let nativeConnection: NativeConnection;

const clientOf = (namespace: string, interceptors: WorkflowClientInterceptor[] = []) =>
  new Client({ connection, namespace, interceptors: { workflow: interceptors } });
const jobClientOf = (namespace: string, indexLagMs = INDEX_LAG_MS) =>
  new JobClient({
    client: clientOf(namespace),
    indexLagMs,
    traceUrl: { preset: 'jaeger', baseUrl: 'http://jaeger.test' },
  });

before(async () => {
  server = await startTemporalServer({ namespaces: [bound, bare], log: () => {} });
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  connection = await Connection.connect({ address: server.address });
  nativeConnection = await NativeConnection.connect({ address: server.address });
});

after(async () => {
  await nativeConnection?.close();
  await connection?.close();
  await server?.stop();
});

describe('traces.find and traces.of', () => {
  let workers: Worker[];
  let running: Promise<unknown>;

  before(async () => {
    await registerSearchAttributes(connection, bound);
    const workflowsPath = require.resolve('./support/workflows/client-runs.js');
    const bundle = await workflowBundle({ workflowsPath, workflowInterceptorModules: [workflowsPath] });
    const options = { connection: nativeConnection, workflowBundle: bundle, taskQueue: TASK_QUEUE };
    workers = await Promise.all([bound, bare].map((namespace) => Worker.create({ ...options, namespace })));
    running = Promise.all(workers.map((worker) => worker.run()));
  });

  after(async () => {
    for (const worker of workers) worker.shutdown();
    await running;
  });

  it('a bound run is found with all its properties, by each spelling of its id', async () => {
    const { workflowId, runId, client } = await start(bound, 'boundJob');
    const handle = client.workflow.getHandle(workflowId, runId);
    await handle.signal<[]>('proceed');
    await handle.result();
    const traceId = traceIdOfRun(runId);
    const tracing = jobClientOf(bound);
    await until(async () => (await tracing.traces.find(traceId))?.root.closeTime !== undefined, {
      says: 'the run is not listed as closed',
    });
    const { startTime, executionTime, closeTime } = await handle.describe();
    ok(closeTime && executionTime);
    const expected = {
      workflowId,
      runId,
      workflowType: 'boundJob',
      status: 'COMPLETED',
      result: 'success',
      job: 'boundJob',
      trigger: 'api',
      sampled: true,
      traceId,
      startTime,
      closeTime,
      durationMs: closeTime.getTime() - executionTime.getTime(),
      url: `http://jaeger.test/trace/${traceId}?uiFind=${rootSpanIdOfRun(runId)}`,
    };
    for (const id of [traceId, traceId.toUpperCase(), runId]) {
      deepEqual(await tracing.traces.find(id), { root: expected, others: [] });
    }
    for (const reference of [runId, handle, { workflowId }, { workflowId, runId }]) {
      const { url } = expected;
      deepEqual(await tracing.traces.of(reference), { traceId, sampled: true, url, run: expected });
    }
  });

  it('a run and the job name in its memo are found without worker, attributes or registration', async () => {
    for (const namespace of [bound, bare]) {
      const options = { taskQueue: IDLE_TASK_QUEUE, memo: { jobName: 'nightly' } };
      const { runId, workflowId } = await start(namespace, 'boundJob', options);
      const { root } = (await jobClientOf(namespace).traces.find(traceIdOfRun(runId))) ?? {};
      deepEqual([root?.workflowId, root?.status, root?.job], [workflowId, 'RUNNING', 'nightly']);
      equal(root?.sampled, undefined);
      equal((await jobClientOf(namespace).traces.of({ workflowId })).traceId, traceIdOfRun(runId));
    }
  });

  it('the client waits for a run that is not listed yet', async () => {
    const traceId = randomTraceId();
    const finding = jobClientOf(bound).traces.find(traceId);
    await sleep(300); // Meanwhile, it has searched and found nothing.
    // The header that a shard's parent writes.
    const header = writeHeader({
      span: { traceId, spanId: '00f067aa0ba902b7', sampled: true },
      jobHeader: { kind: 'shard', job: 'job', runId: randomUUID(), trigger: 'api', shard: { index: 0 } },
    });
    const asShard: WorkflowClientInterceptor = {
      startWithDetails: (input, next) =>
        next({ ...input, headers: { ...input.headers, [TRACE_HEADER]: header } }),
    };
    const options = {
      taskQueue: IDLE_TASK_QUEUE,
      searchAttributes: { TraceId: [traceId], JobTrigger: ['shard'] },
    };
    const { workflowId } = await start(bound, 'boundJob', options, [asShard]);
    equal((await finding)?.root.workflowId, workflowId);
  });

  it('an unknown id resolves to undefined after indexLagMs', async () => {
    for (const [namespace, indexLagMs] of [
      [bound, 0],
      [bare, 500],
    ] as const) {
      const begin = Date.now();
      equal(await jobClientOf(namespace, indexLagMs).traces.find(randomTraceId()), undefined);
      const tookMs = Date.now() - begin;
      ok(tookMs >= indexLagMs && tookMs < INDEX_LAG_MS, `${tookMs} ms`);
    }
  });

  it('a continued run that still carries the id of the run before is not confused with it', async () => {
    const { workflowId, runId, client } = await start(bound, 'continuedJob');
    const traceId = traceIdOfRun(runId);
    const carriers = () => count(client, `TraceId = '${traceId}'`);
    await until(async () => (await carriers()) === 2, { says: 'the two runs are not listed' });
    const tracing = jobClientOf(bound);
    const first = await tracing.traces.find(traceId);
    deepEqual([first?.root.runId, first?.root.status, first?.others], [runId, 'CONTINUED_AS_NEW', []]);

    const next = await tracing.traces.of({ workflowId });
    ok(next.run && next.run.runId !== runId);
    equal(next.traceId, traceIdOfRun(next.run.runId));
    deepEqual([next.run.trigger, next.sampled], [undefined, undefined]);
    deepEqual((await tracing.traces.find(next.traceId))?.root, next.run);

    await client.workflow.getHandle(workflowId).signal<[]>('proceed');
    await until(async () => (await count(client, `TraceId = '${next.traceId}'`)) === 1, {
      says: 'the next run is not listed',
    });
    const { run } = await tracing.traces.of(next.run.runId);
    deepEqual([run?.traceId, run?.trigger, run?.sampled], [next.traceId, 'api', true]);
  });

  it('a reset run is found by the trace id of the run that it was reset from', async () => {
    const { workflowId, runId, client } = await start(bound, 'boundJob');
    const traceId = traceIdOfRun(runId);
    await until(async () => (await count(client, `TraceId = '${traceId}'`)) === 1, {
      says: 'the run is not listed',
    });
    const ids = ['--namespace', bound, '--workflow-id', workflowId, '--run-id', runId, '--event-id', '4'];
    await temporalCli(server, 'workflow', 'reset', ...ids, '--reason', 'test');
    const { runId: resetRunId } = await client.workflow.getHandle(workflowId).describe();
    notEqual(resetRunId, runId);
    await until(async () => (await count(client, `TraceId = '${traceId}'`)) === 2, {
      says: 'the reset run is not listed',
    });
    const tracing = jobClientOf(bound);
    await until(async () => (await tracing.traces.find(traceId))?.others[0]?.status === 'TERMINATED', {
      says: 'the first run is not listed as terminated',
    });
    const found = await tracing.traces.find(traceId);
    deepEqual([found?.root.runId, found?.root.status], [resetRunId, 'RUNNING']);
    deepEqual(
      found?.others.map((other) => other.runId),
      [runId],
    );
    equal((await tracing.traces.of({ workflowId })).traceId, traceId);
    equal(await jobClientOf(bound, 0).traces.find(resetRunId), undefined);
    await client.workflow.getHandle(workflowId).terminate();
  });

  it('an ordinary child is in its parent’s trace, not in one of its own; not sampled means no link', async () => {
    const { workflowId, runId, client } = await start(bound, 'parentJob');
    await client.workflow.getHandle(workflowId).result();
    const tracing = jobClientOf(bound);
    const traceId = traceIdOfRun(runId);
    await until(async () => (await tracing.traces.find(traceId))?.others.length === 1, {
      says: 'the child is not listed',
    });
    const found = await tracing.traces.find(traceId);
    const [child] = found?.others ?? [];
    const { root } = found ?? {};
    deepEqual([root?.runId, root?.trigger, root?.sampled, root?.url], [runId, 'schedule', false, undefined]);
    deepEqual(
      [child?.workflowType, child?.job, child?.trigger, child?.traceId],
      ['childJob', 'parentJob', 'child', traceId],
    );
    equal((await tracing.traces.of(child?.runId ?? '')).traceId, traceId);
    equal(await jobClientOf(bound, 0).traces.find(child?.runId ?? ''), undefined);
  });

  it('a child that is not bound is in the trace that its header names', async () => {
    const { workflowId, runId, client } = await start(bare, 'unboundParentJob');
    await client.workflow.getHandle(workflowId).result();
    const { traceId, run } = await jobClientOf(bare).traces.of({ workflowId: `${workflowId}/child` });
    equal(traceId, traceIdOfRun(runId));
    equal(await jobClientOf(bare, 0).traces.find(run?.runId ?? ''), undefined);
  });

  it('a run in its caller’s trace is found there, and its retry has a trace of its own', async () => {
    const traceId = randomTraceId();
    const span = { traceId, spanId: 'b7ad6b7169203331', sampled: true };
    const jobHeader = { kind: 'start', forced: false, joinCaller: true } as const;
    const joining: WorkflowClientInterceptor = {
      startWithDetails: (input, next) =>
        next({ ...input, headers: { ...input.headers, [TRACE_HEADER]: writeHeader({ span, jobHeader }) } }),
    };
    const options = {
      searchAttributes: { TraceId: [traceId], JobTrigger: ['api'] },
      retry: { maximumAttempts: 2, initialInterval: 100 },
    };
    const { workflowId, runId, client } = await start(bound, 'failingJob', options, [joining]);
    await rejects(client.workflow.getHandle(workflowId).result());
    const tracing = jobClientOf(bound);
    const found = await tracing.traces.find(traceId);
    deepEqual([found?.root.runId, found?.others], [runId, []]);
    const retry = await tracing.traces.of({ workflowId });
    ok(retry.run && retry.run.runId !== runId);
    equal(retry.traceId, traceIdOfRun(retry.run.runId));
  });

  it('a run id that is not listed yields only its trace id', async () => {
    const runId = randomUUID();
    deepEqual(await jobClientOf(bound).traces.of(runId.toUpperCase()), { traceId: traceIdOfRun(runId) });
  });

  it('malformed ids and unknown workflows are refused', async () => {
    const tracing = jobClientOf(bound);
    await rejects(tracing.traces.find("x' OR RunId != '"), TraceIdError);
    await rejects(tracing.traces.of(randomTraceId()), TraceIdError);
    await rejects(tracing.traces.of({ workflowId: randomUUID() }), WorkflowNotFoundError);
  });
});

async function start(
  namespace: string,
  type: keyof typeof workflows,
  options: Partial<WorkflowStartOptions> = {},
  interceptors: WorkflowClientInterceptor[] = [],
) {
  const client = clientOf(namespace, interceptors);
  const workflowId = `${type}-${randomUUID()}`;
  const handle = await client.workflow.start(type, {
    taskQueue: TASK_QUEUE,
    ...options,
    workflowId,
    args: [],
  });
  return { client, workflowId, runId: handle.firstExecutionRunId };
}

async function count(client: Client, query: string): Promise<number> {
  return (await client.workflow.count(query)).count;
}

function randomTraceId(): string {
  return traceIdOfRun(randomUUID());
}
