/** HTTP jobs on a real Temporal server: the request, the result of the run, and retries. */
import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { WorkflowFailedError } from '@temporalio/client';
import type { HttpResponse } from 'temporal-job-tracing/workflows';
import { failureOf, HttpJobs, type StubResponse } from './support/http-jobs';
import { startHttpService } from './support/http-service';
import { id, traceIdOf } from './support/runs';

let jobs: HttpJobs;

before(async () => {
  jobs = await HttpJobs.start({ allowHosts: ['127.0.0.1:*'] });
});
after(() => jobs.stop());

describe('httpJob', () => {
  it('started with the CLI alone calls the service and returns its response', async () => {
    jobs.respond = () => [200, '{"closed":3}', { 'content-type': 'application/json' }];
    const { result, requests, runId } = await jobs.run('plain', {
      method: 'POST',
      url: `${jobs.service.url}/close?day=1`,
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

  it('returns the response up to a limit, without half a character, and reads all of it', async () => {
    jobs.respond = () => [200, 'é'.repeat(100_000)];
    const { result } = await jobs.run('limit', { url: jobs.service.url, keepBytes: 5 });
    deepEqual(result, { status: 200, body: 'éé', truncated: true, reported: false });
  });

  it('is retried with the same idempotency key and in the same trace, after Retry-After', async () => {
    let calls = 0;
    jobs.respond = () => (++calls < 3 ? [503, 'later', { 'retry-after': '0' }] : [200, 'done']);
    const { result, requests, runId } = await jobs.run('retry', {
      url: jobs.service.url,
      retry: { maximumAttempts: 3, initialInterval: '10 minutes' },
    });
    equal((result as HttpResponse).body, 'done', String(result));
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
    respond: () => StubResponse,
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
      { retry: { maximumAttempts: 2, initialInterval: '1 ms' } },
      /^HttpUnsuccessful GET .*: answer 500, expected 2xx$/,
      2,
    ],
    [
      'a value in its JSON',
      () => [200, '{"state":"failed"}'],
      {
        success: { json: { path: '$.state', equals: 'done' } },
        retry: { maximumAttempts: 2, initialInterval: '1 ms' },
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
  for (const [what, respond, input, failure, count] of FAILING) {
    it(`fails because of ${what}`, async () => {
      jobs.respond = respond;
      const { result, requests } = await jobs.run(`fails-${count}-${what.replaceAll(' ', '-')}`, {
        url: jobs.service.url,
        ...input,
      });
      match(String(result), failure);
      equal(requests.length, count);
    });
  }

  it('is another call with another idempotency key when its run is retried', async () => {
    jobs.respond = () => [500];
    const seen = jobs.service.requests.length;
    const handle = await jobs.runs.harness.client.workflow.start('httpJob', {
      taskQueue: jobs.runs.taskQueue,
      workflowId: id('run-retry'),
      args: [{ url: jobs.service.url, retry: { maximumAttempts: 1 } }],
      retry: { maximumAttempts: 2, initialInterval: '10 ms' },
    });
    await rejects(handle.result());
    const keys = jobs.service.requests.slice(seen).map(({ headers }) => headers['idempotency-key']);
    equal(new Set(keys).size, 2, String(keys));
    equal(keys[0], `${handle.firstExecutionRunId}-httpRequest`);
  });

  it('with an invalid spec fails at once with the expectation, and calls nothing', async () => {
    jobs.respond = () => [200];
    const { result, requests } = await jobs.run('wrong', { uri: jobs.service.url });
    equal(
      result,
      'InvalidHttpJob! httpJob: url: is missing; write for example {"method":"POST","url":"https://billing.example/close","timeout":"30 seconds"}',
    );
    deepEqual(requests, []);
  });

  it('calls no host that is not allowed', async () => {
    for (const url of ['http://localhost:1/', 'http://127.0.0.2/', 'http://[::1]:1/']) {
      const { result } = await jobs.run(`not-allowed-${url.length}-${url.at(7)}`, { url });
      match(String(result), /^HttpHostNotAllowed! .* may not be called: it is not in allowHosts/);
    }
  });

  it('fails with the reason when nothing listens', async () => {
    const gone = await startHttpService(() => {});
    await gone.close();
    const { result } = await jobs.run('gone', { url: `${gone.url}/x`, retry: { maximumAttempts: 1 } });
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
      jobs.respond = ({ path }) =>
        path === '/moved' ? [307, '', { location: `${other.url}/there` }] : [200, 'here'];
      const responses = await jobs.runs.harness.client.workflow.execute('callsServices', {
        taskQueue: jobs.runs.taskQueue,
        workflowId: id('calls-services'),
        args: [[{ url: jobs.service.url }, { method: 'PUT', url: `${jobs.service.url}/moved`, body: 'x' }]],
      });
      deepEqual(
        (responses as HttpResponse[]).map(({ body }) => body),
        ['here', 'from the other'],
      );
      const keys = jobs.service.requests.slice(-2).map(({ headers }) => headers['idempotency-key']);
      equal(new Set(keys).size, 2);
      const [there] = other.requests;
      deepEqual([there?.method, there?.body, there?.headers['idempotency-key']], ['PUT', 'x', keys[1]]);
    } finally {
      await other.close();
    }
  });

  it('does not follow a redirect out of the allow list', async () => {
    jobs.respond = () => [302, '', { location: `http://localhost:${new URL(jobs.service.url).port}/` }];
    await rejects(
      jobs.runs.harness.client.workflow.execute('callsServices', {
        taskQueue: jobs.runs.taskQueue,
        workflowId: id('redirected-out'),
        args: [[{ url: jobs.service.url }]],
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
