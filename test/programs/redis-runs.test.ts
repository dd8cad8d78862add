/**
 * The live policy with real runs: a change is in force in each of three worker processes within two seconds, a slow run
 * affects the next one on another worker, and no fault of Redis delays a run.
 */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { redisPolicyStore } from 'temporal-job-tracing';
import { JobClient } from 'temporal-job-tracing/client';
import { type RedisServer, startRedis, WITHOUT_REDIS } from '../../testing/redis-server';
import { until } from '../../testing/until';
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy';
import { Harness } from '../support/harness';
import { type PolicyWorker, startPolicyWorker } from '../support/policy-workers';
import { connectionTo, eventually } from '../support/redis-store';
import { traceIdOf } from '../support/runs';

const POLICY = '{job-tracing}:policy';
const REVISION = '{job-tracing}:revision';
/** Time limit until a change is in force on all workers. */
const IN_FORCE_MS = 2_000;
const POLL_MS = 900;

describe('the live policy with real runs', { skip: WITHOUT_REDIS, concurrency: 3 }, () => {
  let harness: Harness;
  let server: RedisServer;
  let redis: ReturnType<typeof connectionTo>;
  before(async () => {
    [harness, server] = await Promise.all([Harness.start(), startRedis()]);
    redis = connectionTo(server.port);
  });
  after(async () => {
    redis?.disconnect();
    await harness?.stop();
    await server?.stop();
  });

  async function start(taskQueue: string, type: string, args: unknown[] = []): Promise<WorkflowHandle> {
    return harness.client.workflow.start(type, { taskQueue, workflowId: randomUUID(), args });
  }

  /** Returns the markers of a closed run. */
  async function markersOf(handle: WorkflowHandle): Promise<unknown> {
    await handle.result().catch(() => {});
    const markers = await harness.markersOf(handle.workflowId);
    return markers.map((id) => id.replace('job-tracing:', '')).join();
  }

  describe('of three worker processes', () => {
    /** Task queues of one worker each, which determine the worker that decides. */
    let taskQueues: readonly string[];
    let workers: PolicyWorker[];
    before(async () => {
      taskQueues = [1, 2, 3].map(() => harness.newTaskQueue());
      const plugin = { sampling: { default: 0 } };
      workers = await Promise.all(
        taskQueues.map((taskQueue) =>
          startPolicyWorker(harness, { taskQueue, plugin, redisPort: server.port }),
        ),
      );
    });
    after(() => Promise.all(workers.map((worker) => worker.stop())));

    const fleet = (type: string) =>
      Promise.all(taskQueues.map(async (taskQueue) => markersOf(await start(taskQueue, type))));

    /** Asserts that runs on all of them have this marker within {@link IN_FORCE_MS}. */
    async function becomes(marker: string): Promise<void> {
      const changed = Date.now();
      let markers: unknown[] = [];
      const is = async () => {
        const startedMs = Date.now();
        markers = await fleet('oneActivity');
        const are = markers.every((each) => each === marker);
        ok(are || startedMs - changed < IN_FORCE_MS, `${markers}, started after ${startedMs - changed} ms`);
        return are;
      };
      await until(is, { says: () => `${markers}` });
    }

    /** Waits until all of them have read all changes so far; they always read the whole policy. */
    async function allKnow(sampling: JobClient['sampling']): Promise<void> {
      for (const [ratio, marker] of [
        [0, 'unsampled'],
        [1, 'rule'],
      ] as const) {
        await sampling.set('one*', ratio);
        await becomes(marker);
      }
    }

    it('a rule that the client sets, one written with redis-cli, and a removal apply within 2 seconds', async () => {
      const { sampling } = new JobClient({ client: harness.client, redis });
      await becomes('unsampled');
      await sampling.set('one*', 1);
      await becomes('rule');
      await server.cli('hset', POLICY, 'one*', '0');
      await becomes('unsampled');
      const end = Date.now() + 2 * IN_FORCE_MS;
      await sampling.set('one*', { ratio: 1, until: new Date(end) });
      await becomes('rule');
      // It applies until its own end.
      await sleep(end - Date.now());
      await becomes('unsampled');
      await sampling.set('one*', 1);
      await becomes('rule');
      await sampling.unset('one*');
      await becomes('unsampled');
    });

    it('a cap applies to all of them together', async () => {
      const { sampling } = new JobClient({ client: harness.client, redis });
      await sampling.set('randoms', { ratio: 1, atMost: { runs: 1, per: '31 days' } });
      await allKnow(sampling);
      const [one = '', ...others] = taskQueues;
      equal(await markersOf(await start(one, 'randoms')), 'rule');
      // Each of the others learns the count of the fleet with its first run.
      for (const taskQueue of others) await markersOf(await start(taskQueue, 'randoms'));
      deepEqual(await fleet('randoms'), ['capped', 'capped', 'capped']);
    });

    it('after a slow run the next one is sampled, on another worker', async () => {
      const { sampling } = new JobClient({ client: harness.client, redis });
      await sampling.set('takes', { ratio: 0, keepSlow: { overMs: 6_000 } });
      await allKnow(sampling);
      const [one = '', two = ''] = taskQueues;
      equal(await markersOf(await start(one, 'takes', [6_500])), 'kept-slow,unsampled');
      // Nothing shows that the other worker has heard of it.
      await sleep(IN_FORCE_MS);
      const next = await start(two, 'takes', [1]);
      equal(await markersOf(next), 'after-failure');
      const { runId } = await next.describe();
      const trace = await harness.completeTrace(traceIdOf(runId));
      ok(trace.some(({ resource }) => resource['service.name'] === 'downstream'));
      // Nor that all have heard that it is done.
      await sleep(IN_FORCE_MS);
      for (const taskQueue of taskQueues)
        equal(await markersOf(await start(taskQueue, 'takes', [1])), 'unsampled');
    });
  });

  it('without Redis a slow run affects only its own worker', async () => {
    const sampling = { default: { ratio: 0, keepSlow: { overMs: 6_000 } } };
    await harness.whileWorking({ plugin: { sampling } }, async (taskQueue) => {
      equal(await markersOf(await start(taskQueue, 'takes', [6_500])), 'kept-slow,unsampled');
      equal(await markersOf(await start(taskQueue, 'takes', [1])), 'after-failure');
      equal(await markersOf(await start(taskQueue, 'takes', [1])), 'unsampled');
    });
  });

  it('runs start and end as fast as before, whatever happens to Redis', async (t) => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => unhandled.push(reason);
    process.on('unhandledRejection', note);
    const own = await startRedis();
    const proxy = await startFaultProxy(own.port);
    t.after(async () => {
      process.off('unhandledRejection', note);
      await proxy.close();
      await own.stop();
    });
    await writeRule(own);
    const policyStore = redisPolicyStore({ redis: connectionTo(proxy.port), pollIntervalMs: POLL_MS });
    const plugin = { sampling: { default: 0 }, policyStore };
    await harness.whileWorking({ plugin }, async (taskQueue) => {
      await eventually(() => policyStore.current().jobs.has('one*'), true);
      const [beforeMs] = await quartileOf(taskQueue);
      for (const { what, begin, end } of faults(proxy, own)) {
        const before = logLines().length;
        await begin();
        // Also while the fault is being detected.
        const [earlyMs, early] = await quartileOf(taskQueue);
        await until(() => logLines().length > before, { says: `${what} is not logged` });
        const [tookMs, decisions] = await quartileOf(taskQueue);
        t.diagnostic(`${what}: ${Math.round(earlyMs)}, ${Math.round(tookMs)} ms (${Math.round(beforeMs)})`);
        deepEqual(new Set([...early, ...decisions]), new Set(['rule']), what);
        // A run that waited for Redis would wait until a request times out, after two thirds of the poll interval.
        const limitMs = beforeMs + POLL_MS / 2;
        ok(Math.max(earlyMs, tookMs) < limitMs, `${what}: ${earlyMs}, ${tookMs}, ${beforeMs} ms`);
        if (end === undefined) break;
        await end();
        await until(() => logLines().at(-1)?.endsWith('read again '), {
          says: `${what}: ${logLines().at(-1)}`,
        });
      }
    });
    deepEqual(unhandled, []);
  });

  /** Returns the log lines about the policy in Redis. */
  const logLines = () => harness.log.filter((line) => line.includes('the sampling policy in Redis'));

  /**
   * How long a run takes, in milliseconds, and the different decisions about the runs. The lower quartile: what waits
   * for Redis waits in each run, other tests disturb some of them.
   */
  async function quartileOf(taskQueue: string): Promise<[number, readonly unknown[]]> {
    const times: number[] = [];
    const handles: WorkflowHandle[] = [];
    for (let run = 0; run < 9; run++) {
      const begin = performance.now();
      const handle = await start(taskQueue, 'oneActivity');
      await handle.result();
      times.push(performance.now() - begin);
      handles.push(handle);
    }
    const decisions = new Set(await Promise.all(handles.map(markersOf)));
    return [times.sort((a, b) => a - b)[2] ?? 0, [...decisions]];
  }
});

interface RedisFault {
  readonly what: string;
  begin(): Promise<unknown>;
  /** @default it is the last one */
  end?(): Promise<unknown>;
}

async function writeRule(server: RedisServer): Promise<void> {
  const rule = '{"ratio":1,"atLeast":{"runs":1,"per":"1 day"},"atMost":{"runs":100000,"per":"1 day"}}';
  await server.cli('del', POLICY);
  await server.cli('hset', POLICY, 'one*', rule);
  await server.cli('set', REVISION, String(Date.now()));
}

function faults(proxy: FaultProxy, server: RedisServer): RedisFault[] {
  const repair = () => writeRule(server);
  return [
    ...(['hang', 'reset', 'drop', 5_000] as const).map((fault) => ({
      what: `connections: ${fault}`,
      begin: async () => proxy.set(fault),
      end: async () => proxy.set('pass'),
    })),
    { what: 'the wrong type under the key', begin: () => server.cli('set', POLICY, 'text'), end: repair },
    { what: 'FLUSHALL', begin: () => server.cli('flushall'), end: repair },
    { what: 'a server that is gone', begin: () => server.stop() },
  ];
}
