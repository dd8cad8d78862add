/**
 * Instrumentations of the user: their spans are in the run's trace, one of `http` or `undici` replaces the plugin's,
 * and `propagateTo` applies to them. Where the application has set up OpenTelemetry itself, it applies to HTTP jobs
 * only.
 */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { ReceivedSpan } from '../../testing/otlp-span';
import { startRedis, WITHOUT_REDIS } from '../../testing/redis-server';
import { endOf, messageOf } from '../support/child-process';
import { Harness } from '../support/harness';
import { id, traceIdOf } from '../support/runs';
import { certificate } from '../support/tls-proxy';
import type { Call } from '../support/workflows/calls';

const NONE = '/';
const BOTH = '/ baggage traceparent';

describe('instrumentations of the user’s own', { skip: WITHOUT_REDIS }, () => {
  let harness: Harness;
  let redis: Awaited<ReturnType<typeof startRedis>>;
  let directory: string;
  let httpPort: number;
  const processes: ChildProcess[] = [];
  const queues: Record<string, string> = {};

  function startProcess<T>(name: string, env: NodeJS.ProcessEnv): Promise<T> {
    const program = fork(path.join(__dirname, '../support', 'processes', `${name}.js`), {
      env: { ...process.env, ...env },
    });
    processes.push(program);
    return messageOf(program);
  }

  before(async () => {
    harness = await Harness.start();
    redis = await startRedis();
    directory = await mkdtemp(path.join(tmpdir(), 'own-instrumentations-'));
    const { cert, key } = await certificate(directory, 'service');
    [httpPort] = await startProcess<[number]>('strict-service', { CERT: cert, KEY: key });
    for (const mode of ['given', 'own']) {
      queues[mode] = harness.newTaskQueue();
      const env = { TEMPORAL: harness.server.address, TASK_QUEUE: queues[mode], REDIS: String(redis.port) };
      await startProcess('instrumented-worker', { ...env, MODE: mode });
    }
  });
  after(async () => {
    for (const each of processes) if (each.connected) each.disconnect();
    await Promise.all(processes.map((each) => endOf(each)));
    await redis.stop();
    await rm(directory, { recursive: true, force: true });
    await harness.stop();
  });

  const url = (host: string) => `http://${host}:${httpPort}/`;

  async function call(mode: string, name: string, all: readonly Call[], jobName = 'calls') {
    const handle = await harness.client.workflow.start('calls', {
      taskQueue: queues[mode] ?? '',
      workflowId: id(name),
      args: [all],
      memo: { jobName },
    });
    return { runId: handle.firstExecutionRunId, results: (await handle.result()) as unknown[] };
  }

  const isClient = ({ kind }: ReceivedSpan) => kind === 'client';

  it('have their spans below the activity, and no request has two', async () => {
    const all: Call[] = [
      ['setInRedis', 'key'],
      ['byFetch', url('127.0.0.1')],
      ['byHttpGet', url('127.0.0.1')],
    ];
    const { runId } = await call('given', 'spans', all);
    const trace = await harness.completeTrace(traceIdOf(runId));
    const names = trace.filter(isClient).map(({ name, parentSpanId }) => {
      const parent = trace.find(({ spanId }) => spanId === parentSpanId);
      return `${parent?.name} > ${name}`;
    });
    deepEqual(names.filter((name) => name.includes('RunActivity')).sort(), [
      'RunActivity:byFetch > GET',
      'RunActivity:byHttpGet > GET',
      'RunActivity:setInRedis > set',
    ]);
  });

  const everyWay = (host: string): Call[] =>
    ['byFetch', 'byHttpGet', 'byHttpOptions', 'byHttpUrl'].map((way) => [way, url(host)]);

  for (const jobName of ['calls', 'quiet']) {
    it(`of http and undici obey propagateTo (${jobName === 'quiet' ? 'not sampled' : 'sampled'})`, async () => {
      const all = [...everyWay('localhost'), ...everyWay('127.0.0.1')];
      const { results } = await call('given', `obey-${jobName}`, all, jobName);
      deepEqual(results, [...everyWay('').map(() => NONE), ...everyWay('').map(() => BOTH)]);
    });
  }

  it('of an application that has set up OpenTelemetry itself do not; HTTP jobs do', async () => {
    const all: Call[] = [
      ['byFetch', url('localhost')],
      ['httpRequest', { url: url('localhost') }],
      ['httpRequest', { url: url('127.0.0.1') }],
    ];
    const { runId, results } = await call('own', 'own', all);
    const [fetched, ...requested] = results;
    equal(fetched, BOTH);
    deepEqual(
      requested.map((answer) => JSON.parse((answer as { body: string }).body)),
      [NONE, BOTH],
    );
    ok((await harness.completeTrace(traceIdOf(runId))).some(isClient));
  });
});
