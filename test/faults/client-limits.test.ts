/**
 * `JobClient` on a cluster with rate limits: look-ups need few calls and wait if the server refuses one, and errors
 * name the cause and the remedy.
 *
 * An interceptor between the client and a real server counts and refuses calls.
 */
import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { Client, Connection, type ConnectionOptions } from '@temporalio/client';
import { JobClient, VisibilityError } from 'temporal-job-tracing/client';
import { startTemporalServer, type TemporalServer, temporalCli } from '../../testing/temporal-server.js';
import { until } from '../../testing/until.js';

const run = randomUUID().slice(0, 8);
const [bound, bare, wrong] = [`limits-bound-${run}`, `limits-bare-${run}`, `limits-wrong-${run}`] as const;
const traceIdOf = (runId: string) => runId.replaceAll('-', '');

let server: TemporalServer;
let connection: Connection;
/** Number of successful visibility queries, and number of the next ones to refuse. */
let answered = 0;
let refusals = 0;

type Interceptor = NonNullable<ConnectionOptions['interceptors']>[number];
type Call = ReturnType<Interceptor>;
/** `RESOURCE_EXHAUSTED` */
const REFUSAL = { code: 8, details: 'namespace rate limit exceeded' };

const counting: Interceptor = (options, nextCall) => {
  const call = nextCall(options);
  if (!options.method_definition.path.endsWith('/ListWorkflowExecutions')) return call as Call;
  const isRefused = refusals-- > 0;
  const start: typeof call.start = (metadata, listener) =>
    call.start(metadata, {
      ...listener,
      onReceiveStatus: (given) => {
        if (given.code === 0) answered++;
        listener?.onReceiveStatus?.({ ...given, ...(isRefused && REFUSAL) });
      },
    });
  return Object.create(call, { start: { value: start } });
};

const jobsOf = (namespace: string, indexLagMs = 2_000) =>
  new JobClient({ client: new Client({ connection, namespace }), indexLagMs });

async function startRun(namespace: string): Promise<string> {
  const { workflow } = new Client({ connection, namespace });
  const handle = await workflow.start('any', { taskQueue: 'nobody', workflowId: randomUUID() });
  return handle.firstExecutionRunId;
}

async function callsOf(look: () => Promise<unknown>): Promise<number> {
  answered = 0;
  await look();
  return answered;
}

describe('look-ups of traces', () => {
  before(async () => {
    server = await startTemporalServer({ namespaces: [bound, bare, wrong], log: () => {} });
    connection = await Connection.connect({ address: server.address, interceptors: [counting] });
    await jobsOf(bound).ensureSearchAttributes();
    const create = ['operator', 'search-attribute', 'create', '--namespace', wrong];
    await temporalCli(server, ...create, '--name', 'TraceId', '--type', 'Int');
  });
  after(async () => {
    await connection?.close();
    await server?.stop();
  });

  it('an unknown id costs at most six calls', async () => {
    const jobs = jobsOf(bound);
    const calls = await callsOf(async () => equal(await jobs.traces.find(randomUUID()), undefined));
    ok(calls <= 6, `${calls} calls`);
  });

  it('forty concurrent look-ups share their calls, and each gets its own result', async () => {
    const runIds = await Promise.all(Array.from({ length: 20 }, () => startRun(bound)));
    const jobs = jobsOf(bound, 0);
    const areListed = async () => {
      const found = await Promise.all(runIds.map((runId) => jobs.traces.find(runId)));
      return found.every((runs) => runs !== undefined);
    };
    await until(areListed, { says: 'the runs are not listed' });
    const ids = runIds.flatMap((runId) => [runId, randomUUID()]);
    let found: (string | undefined)[] = [];
    const calls = await callsOf(async () => {
      const answers = await Promise.all(ids.map((id) => jobs.traces.find(id)));
      found = answers.map((runs) => runs?.root.traceId);
    });
    deepEqual(
      found,
      ids.map((id) => (runIds.includes(id) ? traceIdOf(id) : undefined)),
    );
    equal(calls, 4);
  });

  it('calls that the rate limit refuses are retried', async () => {
    const runId = await startRun(bound);
    await until(() => jobsOf(bound, 0).traces.find(runId), { says: 'the run is not listed' });
    refusals = 3;
    equal((await jobsOf(bound, 0).traces.find(runId))?.root.runId, runId);
  });

  it('a rate limit that stays exhausted is an error with the remedy', async () => {
    refusals = Number.POSITIVE_INFINITY;
    const isNamed = (error: unknown) => {
      ok(error instanceof VisibilityError, String(error));
      deepEqual([error.problem, error.namespace], ['rate-limit', bound]);
      ok(error.message.includes('frontend.namespaceRPS.visibility'), error.message);
      return true;
    };
    try {
      await rejects(jobsOf(bound, 0).traces.find(randomUUID()), isNamed);
      await rejects(jobsOf(bound).runs('any').next(), isNamed);
    } finally {
      refusals = 0;
    }
  });

  it('find runs by their ids if TraceId has another type or is not registered', async () => {
    for (const namespace of [wrong, bare]) {
      const runId = await startRun(namespace);
      const found = () => jobsOf(namespace, 0).traces.find(runId);
      const { root } = await until(found, { says: `no run in ${namespace}` });
      equal(root.runId, runId);
      equal(await jobsOf(namespace, 0).traces.find(randomUUID()), undefined);
    }
  });

  it('name attributes that are missing or have another type, with the command to run', async () => {
    for (const [namespace, words] of [
      [bare, /not registered: TraceId, JobName, .*temporal operator search-attribute create --namespace/],
      [wrong, /TraceId is Int, must be Keyword.*temporal operator search-attribute remove --namespace/],
    ] as const)
      await rejects(jobsOf(namespace).runs('any').next(), (error: unknown) => {
        ok(error instanceof VisibilityError, String(error));
        equal(error.problem, 'search-attributes');
        ok(words.test(error.message), error.message);
        return true;
      });
  });
});
