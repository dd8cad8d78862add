/** HTTP jobs while the service is slow: heartbeats, timeouts, cancellation, and the loss of a worker. */
import { equal, match, ok } from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowFailedError, WorkflowHandle } from '@temporalio/client';
import { ActivityFailure, CancelledFailure } from '@temporalio/common';
import { createHttpActivities } from 'temporal-job-tracing/activities';
import type { HttpResponse } from 'temporal-job-tracing/workflows';
import { until } from '../testing/until';
import { type HttpService, type ServedRequest, startHttpService } from './support/http-service';
import { id, Runs } from './support/runs';

describe('an HTTP job that waits', { concurrency: 4 }, () => {
  let runs: Runs;
  let service: HttpService;
  const open = new Map<string, { request: ServedRequest; response: ServerResponse }>();

  before(async () => {
    service = await startHttpService((request, response) => {
      open.set(request.path, { request, response });
      if (request.path.startsWith('/half')) response.write('half an ans');
    });
    runs = await Runs.start({
      options: {
        workflowsPath: require.resolve('./support/workflows/http'),
        activities: createHttpActivities(),
      },
    });
  });
  after(async () => {
    await service.close();
    await runs.stop();
  });

  function start(
    path: string,
    input: object,
    taskQueue = runs.taskQueue,
  ): Promise<WorkflowHandle<() => Promise<HttpResponse>>> {
    return runs.harness.client.workflow.start('httpJob', {
      taskQueue,
      workflowId: id(path.slice(1)),
      args: [{ url: service.url + path, ...input }],
    });
  }

  const openRequest = (path: string) => until(() => open.get(path), { says: `no request for ${path}` });

  async function failure(handle: WorkflowHandle): Promise<Error | undefined> {
    return handle.result().then(
      () => undefined,
      (error: WorkflowFailedError) => error.cause,
    );
  }

  it('sends heartbeats for longer than their timeout, and gets the response', async () => {
    const handle = await start('/slow', { timeout: '1 minute' });
    const { response } = await openRequest('/slow');
    // The heartbeat timeout is 10 s.
    await sleep(11_000);
    const { raw } = await handle.describe();
    const [pending] = raw.pendingActivities ?? [];
    ok(pending?.lastHeartbeatTime, 'the activity has a heartbeat');
    match(
      Buffer.from(pending.heartbeatDetails?.payloads?.[0]?.data ?? '').toString(),
      /^{"waitingSince":"20/,
    );
    response.end('at last');
    equal((await handle.result()).body, 'at last');
  });

  for (const path of ['/silent', '/half']) {
    it(`ends a request that takes too long: ${path}`, async () => {
      const handle = await start(path, { timeout: '700 ms', retry: { maximumAttempts: 1 } });
      const { request } = await openRequest(path);
      const error = await failure(handle);
      ok(error instanceof ActivityFailure);
      equal(error.cause?.message, `GET ${service.url}${path}: no complete answer within 700 ms`);
      await request.aborted;
    });
  }

  for (const path of ['/cancelled', '/half-cancelled']) {
    it(`ends the request when it is cancelled, and is cancelled: ${path}`, async () => {
      const handle = await start(path, { timeout: '5 minutes' });
      const { request } = await openRequest(path);
      await handle.cancel();
      await request.aborted;
      const error = await failure(handle);
      ok(error instanceof CancelledFailure, String(error));
      equal((await handle.describe()).status.name, 'CANCELLED');
      equal(service.requests.filter((request) => request.path === path).length, 1, 'and is not retried');
    });
  }

  it('also ends the request of a cancelled run that would wait for a report', async () => {
    const taskQueue = await runs.startWorker({
      options: {
        workflowsPath: require.resolve('./support/workflows/http'),
        activities: createHttpActivities(),
        // The default is half a minute.
        defaultHeartbeatThrottleInterval: '1 second',
      },
    });
    const input = { timeout: '5 minutes', callback: { timeout: '1 hour' } };
    const handle = await start('/cancelled-callback', input, taskQueue);
    const { request } = await openRequest('/cancelled-callback');
    await handle.cancel();
    ok((await failure(handle)) instanceof CancelledFailure);
    await request.aborted;
  });

  it('is retried when its worker is lost, with the same idempotency key', async () => {
    const taskQueue = runs.harness.newTaskQueue();
    const lostWorker = await runs.harness.createWorker(taskQueue, {
      options: {
        workflowsPath: require.resolve('./support/workflows/http'),
        // Like a process that hangs: it neither completes the activity nor sends heartbeats.
        activities: { httpRequest: () => sleep(60_000) },
        shutdownGraceTime: 1,
        shutdownForceTime: 1_000,
      },
    });
    const handle = await runs.harness.client.workflow.start('httpJob', {
      taskQueue,
      workflowId: id('lost'),
      args: [{ url: `${service.url}/lost`, retry: { initialInterval: '1 ms' } }],
    });
    const lostRun = lostWorker.run();
    const isStarted = async () =>
      (await handle.describe()).raw.pendingActivities?.some(({ lastStartedTime }) => lastStartedTime);
    await until(isStarted, { says: 'the activity has not started' });
    lostWorker.shutdown();
    await lostRun.catch(() => {});
    await runs.startWorker(
      {
        options: {
          workflowsPath: require.resolve('./support/workflows/http'),
          activities: createHttpActivities(),
        },
      },
      taskQueue,
    );
    const { request, response } = await openRequest('/lost');
    response.end('found');
    equal(((await handle.result()) as HttpResponse).body, 'found');
    equal(request.headers['idempotency-key'], `${handle.firstExecutionRunId}-httpRequest`);
    const { events } = await handle.fetchHistory();
    const started = events?.map((event) => event.activityTaskStartedEventAttributes).find((one) => one);
    ok(started?.lastFailure?.timeoutFailureInfo, 'the lost worker is noticed by its missing heartbeats');
  });
});
