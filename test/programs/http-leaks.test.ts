/**
 * Only the service receives a secret: neither histories, spans nor logs contain it, whatever the service does with it.
 * And a request is one client span, with and without an instrumentation.
 */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { after, before, describe, it } from 'node:test';
import type { ReceivedSpan } from '../../testing/otlp-span';
import { tree } from '../../testing/otlp-trace';
import { endOf, messageOf } from '../support/child-process';
import { Harness } from '../support/harness';
import { type HttpService, startHttpService } from '../support/http-service';
import { id, traceIdOf } from '../support/runs';

const SECRET = 'hunter2/"<&more';
const HEADER = `Bearer ${SECRET}`;
/** Strings that must not occur: the secret, and parts of it that a cut could leave. */
const FORBIDDEN = [
  SECRET,
  'hunter2',
  Buffer.from(SECRET).toString('base64').slice(0, 9),
  Buffer.from(HEADER).toString('base64').slice(0, 18),
];
const PLACEHOLDER = '[secret token]';
const RETRY = { maximumAttempts: 2, initialInterval: '10 ms' };

let harness: Harness;
let service: HttpService;

before(async () => {
  harness = await Harness.start();
  service = await startHttpService((request, response) => {
    const { authorization = '' } = request.headers;
    const [, secret = ''] = authorization.split('Bearer ');
    switch (request.path) {
      case '/echo':
        return response.end(JSON.stringify({ ...request.headers, all: btoa(authorization) }));
      case '/cut':
        return response.end(`${'x'.repeat(90)}${secret}${'y'.repeat(90)}`);
      case '/fails':
        return response
          .writeHead(500, { 'content-type': `text/plain; a="${encodeURIComponent(secret)}"` })
          .end(`no: ${secret}, ${Buffer.from(secret).toString('base64')}`);
      case '/out':
        return response
          .writeHead(302, { location: `http://evil.example/${encodeURIComponent(secret)}` })
          .end();
      case '/around':
        return response
          .writeHead(302, { location: `/echo?secret=${encodeURIComponent(secret)}#${secret}` })
          .end();
      default:
        return request.path.startsWith('/echo') ? response.end('around') : response.destroy();
    }
  });
});
after(async () => {
  await harness.stop();
  await service.close();
});

for (const instrumented of [true, false]) {
  describe(`on a worker ${instrumented ? 'with' : 'without'} an instrumentation of node:http`, () => {
    let worker: ChildProcess;
    let output = '';
    const taskQueue = `http-leaks-${process.pid}-${instrumented}`;
    const strings: string[] = [];
    const spans: ReceivedSpan[] = [];

    before(async () => {
      worker = fork(require.resolve('../support/processes/http-worker'), {
        env: {
          ...process.env,
          TEMPORAL: harness.server.address,
          TASK_QUEUE: taskQueue,
          SECRET,
          INSTRUMENTED: instrumented ? '1' : '0',
        },
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      });
      for (const stream of [worker.stdout, worker.stderr]) {
        stream?.setEncoding('utf8').on('data', (text: string) => (output += text));
      }
      await messageOf(worker);
    });
    after(() => {
      worker.kill('SIGKILL');
    });

    /** Runs a job with a secret; returns its complete trace. */
    async function run(path: string, input: object = {}): Promise<ReceivedSpan[]> {
      const workflowId = id(`leaks-${instrumented}-${path.slice(1)}`);
      const headers = { authorization: { secret: 'token', prefix: 'Bearer ' } };
      const args = [{ url: service.url + path, headers, retry: RETRY, ...input }];
      const handle = await harness.client.workflow.start('httpJob', { taskQueue, workflowId, args });
      await handle.result().catch(() => {});
      strings.push(...stringsIn((await handle.fetchHistory()).events));
      const trace = await harness.completeTrace(traceIdOf(handle.firstExecutionRunId));
      spans.push(...trace);
      return trace;
    }

    it('a request is one client span with the attributes of the HTTP conventions', async () => {
      const trace = await run('/echo', { lane: 'gray' });
      deepEqual(tree(trace).slice(-3), [
        '  StartActivity:httpRequest',
        '    RunActivity:httpRequest',
        '      GET',
      ]);
      const span = trace.find(({ kind }) => kind === 'client');
      const { 'http.response.body.size': size, ...attributes } = span?.attributes ?? {};
      deepEqual(attributes, {
        'http.request.method': 'GET',
        'url.full': `${service.url}/echo`,
        'server.address': '127.0.0.1',
        'server.port': Number(new URL(service.url).port),
        'http.response.status_code': 200,
        'network.protocol.version': '1.1',
        'traffic.origin': 'scheduler',
        'traffic.lane': 'gray',
      });
      ok(Number(size) > SECRET.length);
      const received = service.requests.at(-1)?.headers;
      deepEqual(received?.authorization, HEADER, 'the service has got it');
      equal(received?.traceparent, `00-${span?.traceId}-${span?.spanId}-01`);
    });

    it('a failed attempt and the next one are a span each, with the error', async () => {
      const trace = await run('/fails');
      const clients = trace.filter(({ kind }) => kind === 'client');
      deepEqual(
        clients.map(({ status, attributes }) => [status.code, attributes['error.type']]),
        [
          ['error', '500'],
          ['error', '500'],
        ],
      );
    });

    it('a redirect is a span of its own, counted', async () => {
      const trace = await run('/around');
      const clients = trace.filter(({ kind }) => kind === 'client');
      deepEqual(
        clients.map(({ attributes }) => [
          attributes['http.response.status_code'],
          attributes['http.request.resend_count'],
        ]),
        [
          [302, undefined],
          [200, 1],
        ],
      );
    });

    it('a request without an answer is a span with the error', async () => {
      const trace = await run('/nothing', { method: 'PROPFIND', retry: { maximumAttempts: 1 } });
      const span = trace.find(({ kind }) => kind === 'client');
      deepEqual(
        ['http.request.method', 'http.request.method_original', 'error.type'].map(
          (name) => span?.attributes[name],
        ),
        ['_OTHER', 'PROPFIND', 'ECONNRESET'],
      );
      equal(span?.name, 'HTTP');
    });

    it('no history, span or log contains the secret or a part of it', async () => {
      await run('/out');
      // The limit cuts the secret; then it is right after it.
      for (const keepBytes of [95, 90 + SECRET.length])
        await run('/cut', { keepBytes, method: keepBytes === 95 ? 'PUT' : 'POST' });
      worker.disconnect();
      await endOf(worker);
      const all: readonly [where: string, texts: readonly string[]][] = [
        ['histories', strings],
        ['spans', spans.map((span) => JSON.stringify(span))],
        ['logs', output.split('\n')],
      ];
      for (const [where, found] of all) {
        ok(
          found.some((text) => text.includes(PLACEHOLDER)),
          `${where}: what was redacted is seen there`,
        );
        for (const trace of FORBIDDEN) {
          deepEqual(
            found.filter((text) => text.includes(trace)),
            [],
            `${where}: ${trace}`,
          );
        }
      }
      match(strings.join('\n'), /answer 500, expected 2xx: \\?"no: \[secret token\], \[secret token\]/);
    });
  });
}

/** Returns all strings within the value, and its bytes decoded as strings. */
function stringsIn(value: unknown): string[] {
  if (value instanceof Uint8Array) return [Buffer.from(value).toString()];
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsIn) : [];
}
