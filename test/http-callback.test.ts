/** Callbacks: the service responds with 202 and reports later, to a URL or with Temporal's own APIs. */
import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection, type WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import { ActivityFailure, ApplicationFailure, CancelledFailure, TimeoutFailure } from '@temporalio/common';
import { completeFromCallback, createHttpActivities } from 'temporal-job-tracing/activities';
import type { HttpResponse } from 'temporal-job-tracing/workflows';
import { readToken, writeToken } from '../activities/http/callback-token';
import { until } from '../testing/until';
import { type HttpService, startHttpService } from './support/http-service';
import { id, Runs } from './support/runs';

const KEY = 'a key of enough characters';

describe('a service that answers 202', { concurrency: 4 }, () => {
  let runs: Runs;
  let service: HttpService;
  let callbacks: Server;

  before(async () => {
    service = await startHttpService(async ({ path, headers }, response) => {
      if (path === '/early') await post(headers['callback-url'], 'earlier than 202');
      response.writeHead(path === '/at-once' ? 200 : 202).end(path === '/at-once' ? 'done' : 'accepted');
    });
    // A user's server with the callback route.
    callbacks = createServer(async (request, response) => {
      const { status, body } = await completeFromCallback(
        runs.harness.client,
        {
          url: request.url ?? '',
          body: text(request),
          ...(request.headers['content-type'] && { contentType: request.headers['content-type'] }),
        },
        { key: KEY },
      );
      response.writeHead(status).end(body);
    }).listen(0, '127.0.0.1');
    await once(callbacks, 'listening');
    const url = `http://127.0.0.1:${(callbacks.address() as AddressInfo).port}/jobs/callback?tenant=7`;
    runs = await Runs.start({
      options: {
        workflowsPath: require.resolve('./support/workflows/http'),
        activities: createHttpActivities({ callback: { url, key: KEY } }),
      },
    });
  });
  after(async () => {
    await runs.stop();
    await service.close();
    callbacks.close();
    callbacks.closeAllConnections();
  });

  /** Starts a job and waits until the service has received so many requests and responded with 202. */
  async function start(name: string, input: object = {}, requestCount = 1) {
    const path = `/${name}`;
    const handle: WorkflowHandle<() => Promise<HttpResponse>> = await runs.harness.client.workflow.start(
      'httpJob',
      {
        taskQueue: runs.taskQueue,
        workflowId: id(name),
        args: [
          {
            url: service.url + path,
            callback: { timeout: '1 minute' },
            retry: { initialInterval: '1 ms' },
            ...input,
          },
        ],
      },
    );
    const requests = () => service.requests.filter((request) => request.path === path);
    await until(() => requests().length >= requestCount, {
      says: `the service received no request for ${path}`,
    });
    return { handle, requests, headers: requests()[0]?.headers ?? {} };
  }

  async function post(address: unknown, body = '', outcome?: string) {
    const url = new URL(String(address));
    if (outcome !== undefined) url.searchParams.set('outcome', outcome);
    const response = await fetch(url, { method: 'POST', body });
    return [response.status, await response.text()];
  }

  async function failureOf(handle: WorkflowHandle): Promise<unknown> {
    const cause = await handle.result().catch((error: WorkflowFailedError) => error.cause);
    return cause instanceof ActivityFailure ? cause.cause : cause;
  }

  it('reports to its callback URL: the report is the result, once', async () => {
    const { handle, headers } = await start('to-url');
    match(
      String(headers['callback-url']),
      /^http:\/\/127\.0\.0\.1:\d+\/jobs\/callback\?tenant=7&token=[\w.-]+$/,
    );
    // The run stays open.
    await sleep(300);
    equal((await handle.describe()).status.name, 'RUNNING');
    deepEqual(await post(headers['callback-url'], '{"rows":5}'), [200, 'completed']);
    deepEqual(await handle.result(), {
      status: 202,
      contentType: 'text/plain;charset=UTF-8',
      body: '{"rows":5}',
      truncated: false,
      reported: true,
    });
    deepEqual(await post(headers['callback-url'], 'again'), [410, 'nobody waits for this (any more)']);
  });

  it('may report before its 202 arrives, and need not report if it responds at once', async () => {
    const early = await start('early');
    equal((await early.handle.result()).body, 'earlier than 202');
    const { handle } = await start('at-once');
    deepEqual(await handle.result(), { status: 200, body: 'done', truncated: false, reported: false });
  });

  it('reports something other than success: the run fails with the expectation', async () => {
    const { handle, headers } = await start('bad-report', {
      success: { json: { path: '$.state', equals: 'done' } },
    });
    deepEqual(await post(headers['callback-url'], '{"state":"failed"}'), [200, 'completed']);
    const failure = await failureOf(handle);
    ok(failure instanceof ApplicationFailure);
    equal(failure.type, 'HttpUnsuccessful');
    equal(failure.message, 'httpJob: the report: expected "done" at $.state, got "failed"');
  });

  it('reports a failure: it is called again, with the same URL and idempotency key', async () => {
    const { handle, headers, requests } = await start('failure');
    deepEqual(await post(headers['callback-url'], 'disk full', 'failure'), [200, 'failed']);
    await until(() => requests().length > 1, { says: 'the service received no second request' });
    const [first, second] = requests();
    for (const name of ['callback-url', 'idempotency-key'])
      equal(first?.headers[name], second?.headers[name]);
    ok(first?.headers['x-temporal-task-token'] !== second?.headers['x-temporal-task-token']);
    await post(headers['callback-url'], 'ok');
    equal((await handle.result()).body, 'ok');
  });

  it('that reports failures until the attempts are used up fails the run with the last one', async () => {
    const { handle, headers } = await start('failures', { retry: { maximumAttempts: 1 } });
    await post(headers['callback-url'], 'disk full', 'failure');
    const failure = await failureOf(handle);
    ok(failure instanceof ApplicationFailure);
    deepEqual(
      [failure.type, failure.message],
      ['HttpReportedFailure', 'the service reported a failure: disk full'],
    );
  });

  it('reports progress, without which the attempt fails', async () => {
    const callback = { timeout: '1 minute', heartbeatTimeout: '3 seconds' };
    const { handle, headers } = await start('progress', { callback, retry: { maximumAttempts: 1 } });
    for (let i = 0; i < 5; i++) {
      // In all, longer than the heartbeat timeout, which does not end the attempt.
      await sleep(1_000);
      deepEqual(await post(headers['callback-url'], `${i} of 5`, 'progress'), [200, 'noted']);
    }
    const failure = await failureOf(handle);
    ok(failure instanceof TimeoutFailure, String(failure));
    equal(failure.timeoutType, 'HEARTBEAT');
    deepEqual(failure.lastHeartbeatDetails, { progress: '4 of 5' });
  });

  it('that never reports is called again after its timeout', async () => {
    const { requests, handle } = await start('never', { callback: { timeout: '1 second' } }, 2);
    equal(new Set(requests().map(({ headers }) => headers['idempotency-key'])).size, 1);
    await handle.terminate();
  });

  it('learns about a cancellation when it reports', async () => {
    const { handle, headers } = await start('cancelled');
    // Time for the response 202 to arrive, which no event shows.
    await sleep(300);
    await handle.cancel();
    ok((await failureOf(handle)) instanceof CancelledFailure);
    deepEqual(await post(headers['callback-url'], '50 %', 'progress'), [
      410,
      'nobody waits for this (any more)',
    ]);
  });

  it('can be completed by a person with the Temporal CLI', async () => {
    const { handle } = await start('by-cli', { success: { json: { path: '$.state', equals: 'done' } } });
    await runs.cli(
      `activity complete --workflow-id ${handle.workflowId} --activity-id httpRequest --result`,
      '{"state":"done"}',
    );
    deepEqual(await handle.result(), {
      status: 202,
      body: '{"state":"done"}',
      truncated: false,
      reported: true,
    });
  });

  it('can be completed by a Temporal client, by task token or by ids', async () => {
    const { activity } = runs.harness.client;
    const byToken = await start('by-token');
    const token = Buffer.from(String(byToken.headers['x-temporal-task-token']), 'base64');
    await activity.complete(token, 'done by token');
    equal((await byToken.handle.result()).body, 'done by token');

    const { handle, headers } = await start('by-ids');
    const decoded = (name: string) => decodeURIComponent(String(headers[`x-temporal-${name}`]));
    equal(decoded('namespace'), 'default');
    await activity.complete(
      { workflowId: decoded('workflow-id'), runId: decoded('run-id'), activityId: decoded('activity-id') },
      { rows: 5 },
    );
    equal((await handle.result()).body, '{"rows":5}');
  });

  it('cannot complete other activities', async () => {
    const { handle, headers } = await start('forged');
    const url = new URL(String(headers['callback-url']));
    const token = url.searchParams.get('token') ?? '';
    const waiting = readToken(token, KEY);
    ok(waiting);
    const refused = [403, 'the URL has no token that was signed with this key'];
    const other = writeToken(waiting, 'another key of enough characters');
    for (const forged of ['', 'x', `${token}x`, token.slice(1), token.split('.')[0] ?? '', other]) {
      url.searchParams.set('token', forged);
      deepEqual(await post(url, 'x'), refused, forged);
    }
    url.searchParams.delete('token');
    deepEqual(await post(url, 'x'), refused);
    deepEqual(await post(headers['callback-url'], 'x', 'maybe'), [
      400,
      'outcome: expected success, failure or progress',
    ]);
    deepEqual(await post(headers['callback-url'], 'x'.repeat(1_048_577)), [
      413,
      'a report has at most 1048576 bytes',
    ]);
    deepEqual(await post(headers['callback-url'], '"'.repeat(1_000_000)), [
      413,
      'a report has at most 2000000 bytes when it is written as JSON',
    ]);
    equal((await handle.describe()).status.name, 'RUNNING');
    await handle.terminate();
  });

  it('must report again if Temporal cannot be reached', async () => {
    const connection = Connection.lazy({ address: '127.0.0.1:1' });
    const url = `/?token=${writeToken({ workflowId: 'w', runId: 'r', activityId: 'a' }, KEY)}`;
    const client = new Client({ connection });
    const report = () => completeFromCallback(client, { url, body: '' }, { key: KEY });
    deepEqual(await connection.withDeadline(Date.now() + 1_000, report), {
      status: 503,
      body: 'Temporal could not be reached; report again',
    });
    await connection.close();
    await rejects(completeFromCallback(client, { url, body: '' }, { key: 'short' }), { name: 'OptionError' });
  });
});
