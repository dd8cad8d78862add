/** HTTP jobs on a real Temporal server: what the service gets, what the run gets, and when it is tried again. */
import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { WorkflowFailedError } from '@temporalio/client';
import { ActivityFailure, ApplicationFailure } from '@temporalio/common';
import { createHttpActivities } from 'temporal-job-tracing/activities';
import type { HttpAnswer, HttpJobInput } from 'temporal-job-tracing/workflows';
import { type HttpService, type ServedRequest, startHttpService } from './support/http-service';
import { id, Runs, traceIdOf } from './support/runs';

let runs: Runs;
let service: HttpService;
let answer: (request: ServedRequest) => [status: number, body?: string | Buffer, headers?: object];

before(async () => {
  service = await startHttpService((request, response) => {
    const [status, body = '', headers = {}] = answer(request);
    response.writeHead(status, { ...headers }).end(body);
  });
  runs = await Runs.start({
    options: {
      workflowsPath: require.resolve('./support/workflows/http'),
      activities: createHttpActivities({ allowHosts: ['127.0.0.1:*'] }),
    },
  });
});
after(async () => {
  await runs.stop();
  await service.close();
});

/** Starts `httpJob` with the CLI, as users do; resolves to the answer, the run id and what the service got. */
async function run(name: string, input: object) {
  const workflowId = id(name);
  const seen = service.requests.length;
  await runs.cli(
    `workflow start --type httpJob --task-queue ${runs.taskQueue} --workflow-id ${workflowId} --input`,
    JSON.stringify(input),
  );
  const handle =
    runs.harness.client.workflow.getHandle<(input: HttpJobInput) => Promise<HttpAnswer>>(workflowId);
  const result = await handle.result().catch((error: WorkflowFailedError) => failureOf(error));
  const { runId } = await handle.describe();
  return { workflowId, runId, result, requests: service.requests.slice(seen) };
}

/** Type and message of the failure that a person sees first. */
function failureOf({ cause }: WorkflowFailedError): string {
  const failure = cause instanceof ActivityFailure ? cause.cause : cause;
  ok(failure instanceof ApplicationFailure);
  return `${failure.type}${failure.nonRetryable ? '!' : ''} ${failure.message}`;
}

describe('httpJob', () => {
  it('started with the CLI alone calls the service and keeps its answer', async () => {
    answer = () => [200, '{"closed":3}', { 'content-type': 'application/json' }];
    const { result, requests, runId } = await run('plain', {
      method: 'POST',
      url: `${service.url}/close?day=1`,
      headers: { 'X-Api': 'v2' },
      body: { day: 1 },
    });
    deepEqual(result, {
      status: 200,
      contentType: 'application/json',
      body: '{"closed":3}',
      truncated: false,
      reported: false,
    });
    const [request] = requests;
    ok(request && requests.length === 1);
    const { traceparent, baggage, host, connection, ...headers } = request.headers;
    deepEqual([request.method, request.path, request.body], ['POST', '/close?day=1', '{"day":1}']);
    deepEqual(headers, {
      'user-agent': 'temporal-job-tracing',
      'accept-encoding': 'identity',
      'content-type': 'application/json',
      'content-length': '9',
      'x-api': 'v2',
      'idempotency-key': `${runId}-httpRequest`,
      'x-traffic-origin': 'scheduler',
      tracestate: 'ot=th:0',
    });
    match(String(traceparent), new RegExp(`^00-${traceIdOf(runId)}-[0-9a-f]{16}-01$`));
    equal(baggage, `job.name=httpJob,job.run.id=${runId},job.trigger=api,traffic.origin=scheduler`);
  });

  it('tells lane and load test in plain headers and in baggage', async () => {
    answer = () => [204];
    const { requests } = await run('marks', { url: service.url, lane: 'gray', loadtest: true });
    const { headers } = requests[0] ?? {};
    deepEqual(
      [headers?.['x-traffic-origin'], headers?.['x-traffic-lane'], headers?.['x-traffic-loadtest']],
      ['scheduler', 'gray', 'true'],
    );
    match(String(headers?.baggage), /,traffic\.origin=scheduler,traffic\.lane=gray,traffic\.loadtest=true$/);
  });

  it('routes a share of its runs to the URL of a lane, and tells them so', async () => {
    answer = () => [200];
    const lane = { name: 'gray', share: 0.5, url: `${service.url}/gray` };
    const results = await Promise.all(
      Array.from({ length: 16 }, (_, i) => run(`share-${i}`, { url: `${service.url}/stable`, lane })),
    );
    const byRun = new Map(
      service.requests.map(({ headers, path }) => [
        headers['idempotency-key'],
        [path, headers['x-traffic-lane']],
      ]),
    );
    const places = results.map(({ runId }) => String(byRun.get(`${runId}-httpRequest`)));
    deepEqual(
      [...new Set(places)].sort(),
      ['/gray,gray', '/stable,'],
      'all in one has a chance of 1 in 32,768',
    );
  });

  it('takes lane and load test of the run, and then the URL of that lane', async () => {
    answer = () => [200];
    const workflowId = id('lane-of-run');
    const url = `${service.url}/stable`;
    const start = (lane: string) =>
      runs.typed.workflow.execute('httpJob', {
        taskQueue: runs.taskQueue,
        workflowId: `${workflowId}-${lane}`,
        args: [{ url, lane: { name: 'gray', share: 0, url: `${service.url}/gray` } }],
        job: { lane, loadtest: true },
      });
    for (const lane of ['gray', 'blue']) await start(lane);
    deepEqual(
      service.requests
        .slice(-2)
        .map(({ path, headers }) => [path, headers['x-traffic-lane'], headers['x-traffic-loadtest']]),
      [
        ['/gray', 'gray', 'true'],
        ['/stable', 'blue', 'true'],
      ],
    );
  });

  it('keeps the answer up to a limit, without half a character, and reads all of it', async () => {
    answer = () => [200, 'é'.repeat(100_000)];
    const { result } = await run('limit', { url: service.url, keepBytes: 5 });
    deepEqual(result, { status: 200, body: 'éé', truncated: true, reported: false });
  });

  it('is tried again with the same idempotency key and in the same trace, as the answer asks for', async () => {
    let calls = 0;
    answer = () => (++calls < 3 ? [503, 'later', { 'retry-after': '0' }] : [200, 'done']);
    const { result, requests, runId } = await run('retry', {
      url: service.url,
      retry: { maximumAttempts: 3, initialInterval: '10 minutes' },
    });
    equal((result as HttpAnswer).body, 'done', String(result));
    equal(requests.length, 3);
    deepEqual(
      [...new Set(requests.map(({ headers }) => headers['idempotency-key']))],
      [`${runId}-httpRequest`],
    );
    const parents = requests.map(({ headers }) => String(headers.traceparent).split('-'));
    deepEqual([...new Set(parents.map(([, traceId]) => traceId))], [traceIdOf(runId)]);
    equal(new Set(parents.map(([, , spanId]) => spanId)).size, 3);
  });

  const FAILING: readonly [
    what: string,
    answer: () => ReturnType<typeof answer>,
    input: object,
    failure: RegExp,
    requests: number,
  ][] = [
    [
      'a status that says never',
      () => [404, 'no such job'],
      {},
      /^HttpUnsuccessful! GET .*: answer 404, expected 2xx: "no such job"$/,
      1,
    ],
    [
      'a status that says later',
      () => [500],
      { retry: { maximumAttempts: 2, initialInterval: 1 } },
      /^HttpUnsuccessful GET .*: answer 500, expected 2xx$/,
      2,
    ],
    [
      'a value in its JSON',
      () => [200, '{"state":"failed"}'],
      {
        success: { json: { path: '$.state', equals: 'done' } },
        retry: { maximumAttempts: 2, initialInterval: 1 },
      },
      /^HttpUnsuccessful .*: answer 200: expected "done" at \$\.state, got "failed"$/,
      2,
    ],
    [
      'its text',
      () => [200, 'FAILED'],
      { success: { text: 'OK' }, retry: { maximumAttempts: 1 } },
      /^HttpUnsuccessful .*: answer 200: expected the text "OK", got "FAILED"$/,
      1,
    ],
  ];
  for (const [what, given, input, failure, count] of FAILING) {
    it(`fails because of ${what}`, async () => {
      answer = given;
      const { result, requests } = await run(`fails-${count}-${what.replaceAll(' ', '-')}`, {
        url: service.url,
        ...input,
      });
      match(String(result), failure);
      equal(requests.length, count);
    });
  }

  it('with a wrong spec fails at once, saying what to write, and calls nothing', async () => {
    answer = () => [200];
    const { result, requests } = await run('wrong', { uri: service.url });
    equal(
      result,
      'InvalidHttpJob! httpJob: url: is missing; write for example {"method":"POST","url":"https://billing.example/close","timeout":"30 seconds"}',
    );
    deepEqual(requests, []);
  });

  it('calls no host that is not allowed', async () => {
    for (const url of ['http://localhost:1/', 'http://127.0.0.2/', 'http://[::1]:1/']) {
      const { result } = await run(`not-allowed-${url.length}-${url.at(7)}`, { url });
      match(String(result), /^HttpHostNotAllowed! .* may not be called: it is not in allowHosts/);
    }
  });

  it('says so when nobody listens', async () => {
    const gone = await startHttpService(() => {});
    await gone.close();
    const { result } = await run('gone', { url: `${gone.url}/x`, retry: { maximumAttempts: 1 } });
    equal(
      result,
      `HttpUnreachable GET ${gone.url}/x: connect ECONNREFUSED ${gone.url.slice('http://'.length)}`,
    );
  });
});

describe('httpRequest in a workflow of a user', () => {
  it('has an idempotency key for each call, and follows redirects within the allow list', async () => {
    const other = await startHttpService((_request, response) => response.end('from the other'));
    try {
      answer = ({ path }) =>
        path === '/moved' ? [307, '', { location: `${other.url}/there` }] : [200, 'here'];
      const answers = await runs.harness.client.workflow.execute('callsServices', {
        taskQueue: runs.taskQueue,
        workflowId: id('calls-services'),
        args: [[{ url: service.url }, { method: 'PUT', url: `${service.url}/moved`, body: 'x' }]],
      });
      deepEqual(
        (answers as HttpAnswer[]).map(({ body }) => body),
        ['here', 'from the other'],
      );
      const keys = service.requests.slice(-2).map(({ headers }) => headers['idempotency-key']);
      equal(new Set(keys).size, 2);
      const [there] = other.requests;
      deepEqual([there?.method, there?.body, there?.headers['idempotency-key']], ['PUT', 'x', keys[1]]);
    } finally {
      await other.close();
    }
  });

  it('does not follow a redirect out of the allow list', async () => {
    answer = () => [302, '', { location: `http://localhost:${new URL(service.url).port}/` }];
    await rejects(
      runs.harness.client.workflow.execute('callsServices', {
        taskQueue: runs.taskQueue,
        workflowId: id('redirected-out'),
        args: [[{ url: service.url }]],
      }),
      (error: WorkflowFailedError) => {
        match(
          failureOf(error),
          /^HttpHostNotAllowed! localhost:\d+ may not be called \(http:.* redirects there\)/,
        );
        return true;
      },
    );
  });
});
