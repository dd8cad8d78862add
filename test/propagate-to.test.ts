/**
 * `propagateTo`: a service that rejects unknown headers receives no trace header from any HTTP client, sampled or not;
 * the requests still have spans.
 */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { trace } from '@opentelemetry/api';
import type { JobTracingOptions } from 'temporal-job-tracing';
import { createHttpActivities } from 'temporal-job-tracing/activities';
import type { ReceivedSpan } from '../testing/otlp-span';
import { messageOf } from './support/child-process';
import { httpCallActivities } from './support/http-call-activities';
import { id, Runs, traceIdOf } from './support/runs';
import { certificate } from './support/tls-proxy';
import type { Call } from './support/workflows/calls';

/** Two host names of the same service. */
const STRICT = 'localhost';
const OPEN = '127.0.0.1';
const NONE = '/';
const BOTH = '/ baggage traceparent';

const options = {
  workflowsPath: require.resolve('./support/workflows/calls'),
  activities: { ...httpCallActivities, ...createHttpActivities() },
};

describe('propagateTo', { concurrency: 4 }, () => {
  let runs: Runs;
  let directory: string;
  let service: ChildProcess;
  let httpPort: number;
  let httpsPort: number;
  const queues = new Map<string, string>();

  before(async () => {
    runs = await Runs.start({ options });
    directory = await mkdtemp(path.join(tmpdir(), 'propagate-to-'));
    const { cert, key } = await certificate(directory, 'service');
    service = fork(path.join(__dirname, 'support', 'processes', 'strict-service.js'), {
      env: { ...process.env, CERT: cert, KEY: key },
    });
    [httpPort, httpsPort] = await messageOf<[number, number]>(service);
    const except = { propagateTo: { except: [STRICT] } };
    const plugins: Record<string, JobTracingOptions> = {
      except,
      only: { propagateTo: { only: [OPEN] } },
      unsampled: { ...except, sampling: { default: 0 } },
      untraced: { ...except, sampling: { default: 0 }, bind: 'sampled' },
      nowhere: { propagateTo: { except: ['*'] } },
    };
    for (const [name, plugin] of Object.entries(plugins))
      queues.set(name, await runs.startWorker({ plugin, options }));
    queues.set('default', runs.taskQueue);
  });
  after(async () => {
    service?.disconnect();
    if (directory) await rm(directory, { recursive: true, force: true });
    await runs.stop();
  });

  const url = (host: string, file = '/') => `http://${host}:${httpPort}${file}`;
  const secureUrl = (host: string) => `https://${host}:${httpsPort}/`;

  /** Runs the calls in a workflow on the queue; returns its run id and the responses of the service. */
  async function call(queue: string, name: string, all: readonly Call[], isLocal = false) {
    const handle = await runs.harness.client.workflow.start('calls', {
      taskQueue: queues.get(queue) ?? '',
      workflowId: id(name),
      args: [all, isLocal],
    });
    return { runId: handle.firstExecutionRunId, responses: (await handle.result()) as unknown[] };
  }

  /** Returns a call of the host with each HTTP client. */
  const everyWay = (host: string): Call[] => [
    ...['byFetch', 'byHttpOptions', 'byHttpHost', 'byHttpGet', 'byHttpUrl'].map(
      (way) => [way, url(host)] as const,
    ),
    ['byHttps', secureUrl(host)],
  ];
  const fill = (response: string) => everyWay(OPEN).map(() => response);

  for (const [queue, strict, open] of [
    ['default', BOTH, BOTH],
    ['except', NONE, BOTH],
    ['only', NONE, BOTH],
    ['nowhere', NONE, NONE],
    ['unsampled', NONE, BOTH],
  ] as const) {
    it(`${queue}: ${STRICT} gets '${strict}', ${OPEN} gets '${open}', by fetch, http and https`, async () => {
      const all = [...everyWay(STRICT), ...everyWay(OPEN)];
      const { responses } = await call(queue, queue, all);
      deepEqual(responses, [...fill(strict), ...fill(open)]);
    });
  }

  it('holds for local activities', async () => {
    const all: Call[] = [
      ['byFetch', url(STRICT)],
      ['byFetch', url(OPEN)],
    ];
    deepEqual((await call('except', 'local', all, true)).responses, [NONE, BOTH]);
  });

  it('holds for an activity of an untraced run', async () => {
    const { responses } = await call('untraced', 'untraced', [...everyWay(STRICT)]);
    deepEqual(responses, fill(NONE));
  });

  it('leaves the spans of the requests', async () => {
    const { runId } = await call('except', 'spans', everyWay(STRICT));
    const isRequest = ({ kind, attributes }: ReceivedSpan) =>
      kind === 'client' && attributes['server.address'] === STRICT;
    const areAll = (spans: readonly ReceivedSpan[]) =>
      spans.filter(isRequest).length === everyWay(STRICT).length;
    const spans = await runs.harness.receiver.waitFor(traceIdOf(runId), areAll);
    ok(spans.filter(isRequest).every(({ name }) => name === 'GET'));
  });

  it('judges a redirect by the host that it leads to', async () => {
    const { responses } = await call('except', 'redirects', [
      ['byFetch', url(OPEN, `/redirect?to=${url(STRICT)}`)],
      ['byFetch', url(STRICT, `/redirect?to=${url(OPEN)}`)],
    ]);
    deepEqual(responses, ['baggage traceparent /', '/ baggage traceparent']);
  });

  it('holds for HTTP jobs, at each redirect', async () => {
    const { responses } = await call('except', 'http-jobs', [
      ['httpRequest', { url: url(STRICT) }],
      ['httpRequest', { url: url(OPEN) }],
      ['httpRequest', { url: url(OPEN, `/redirect?to=${url(STRICT)}`) }],
      ['httpRequest', { url: url(STRICT, `/redirect?to=${url(OPEN)}`) }],
    ]);
    deepEqual(
      responses.map((response) => JSON.parse((response as { body: string }).body)),
      [NONE, BOTH, 'baggage traceparent /', '/ baggage traceparent'],
    );
  });

  it('leaves the headers of the application’s own requests', async () => {
    const answer = await trace.getTracer('app').startActiveSpan('own', async (span) => {
      const found = await (await fetch(url(STRICT))).json();
      span.end();
      return found;
    });
    equal(answer, '/ traceparent');
  });
});
