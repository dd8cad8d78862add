/**
 * Changes of operators reach every worker within two seconds, and workers share their counts.
 */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { after, afterEach, before, describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type RedisServer, startRedis, WITHOUT_REDIS } from '../../testing/redis-server.js';
import { until } from '../../testing/until.js';
import { startFaultProxy } from '../support/fault-proxy.js';
import { connectionTo, eventually, type StoreUnderTest, startStore } from '../support/redis-store.js';

const POLICY = '{job-tracing}:policy';
const DAY = 86_400_000;

/** Time limit for the start of the processes, on a busy machine. */
const START_MS = 60_000;
const PROCESSES = 3;

describe('a fleet of workers', { skip: WITHOUT_REDIS }, () => {
  let server: RedisServer;
  before(async () => {
    server = await startRedis();
  });
  afterEach(() => server.cli('flushall'));
  after(() => server.stop());

  it('a change reaches three processes within 2 seconds, with and without a message', async (t) => {
    const fleet = startFleet(t, server.port);
    await eventually(() => fleet.map(({ ratio }) => ratio()), Array(PROCESSES).fill(0.5), START_MS);
    await subscribed(server);
    await server.cli('hset', POLICY, 'a', '0.25');
    const polledMs = await eventually(
      () => fleet.map(({ ratio }) => ratio()),
      Array(PROCESSES).fill(0.25),
      2_000,
    );
    await server.cli('hset', POLICY, 'a', '0.75');
    await server.cli('publish', '{job-tracing}:changed', '');
    const toldMs = await eventually(
      () => fleet.map(({ ratio }) => ratio()),
      Array(PROCESSES).fill(0.75),
      2_000,
    );
    t.diagnostic(`polled ${Math.round(polledMs)} ms, told ${Math.round(toldMs)} ms`);
  });

  it('a cap and a reservoir apply to three processes together', async (t) => {
    const fleet = startFleet(t, server.port);
    await eventually(() => fleet.map(({ ratio }) => ratio()), Array(PROCESSES).fill(0.5), START_MS);
    await subscribed(server);
    for (const { key, least, most } of [
      // One run may pass in each process before it has the counts of the others.
      { key: 'cap:a', least: 20, most: 20 + PROCESSES },
      { key: 'reservoir:a', least: 20, most: 20 + PROCESSES * 2 },
    ]) {
      const taken = await Promise.all(
        fleet.map(({ take }) => take({ key, runs: 20, perMs: DAY, times: 40, pauseMs: 10 })),
      );
      const total = taken.reduce((sum, each) => sum + each, 0);
      t.diagnostic(`${key}: ${taken.join(' + ')}`);
      ok(total >= least && total <= most, `${key}: ${taken.join(' + ')}`);
    }
  });

  it('a single run of a rare job is neither capped nor missed while Redis is queried', async (t) => {
    const { store } = await ready(t, server);
    equal(store.counters.take('cap:rare', { runs: 1, perMs: DAY }), true);
    equal(store.counters.take('reservoir:rare', { runs: 1, perMs: DAY }), true);
    equal(store.counters.take('cap:rare', { runs: 1, perMs: DAY }), false);
    equal(store.counters.take('reservoir:rare', { runs: 1, perMs: DAY }), false);
  });

  it('a burst fills a reservoir at once, and workers share it', async (t) => {
    const [one, two] = await Promise.all([ready(t, server), ready(t, server)]);
    equal(takes(one, 'reservoir:a', 10, 15), 10);
    await until(() => server.cli('keys', '{job-tracing}:runs:*'), { says: 'nothing is counted in Redis' });
    // Its first run yields the remaining count of the fleet.
    equal(takes(two, 'reservoir:a', 10, 1), 1);
    // Nothing shows that the response has arrived.
    await sleep(100);
    equal(takes(two, 'reservoir:a', 10, 15), 0);
  });

  it('counts expire with their window', async (t) => {
    const { store } = await ready(t, server);
    store.counters.take('cap:a', { runs: 5, perMs: 2_000 });
    const counted = () => server.cli('keys', '{job-tracing}:runs:*');
    const [key = ''] = (await until(counted, { says: 'nothing is counted in Redis' })).split('\n');
    match(key, /^\{job-tracing\}:runs:cap:a:2000:\d+$/);
    const ttlMs = Number(await server.cli('pttl', key));
    ok(ttlMs > 0 && ttlMs <= 62_000, `${ttlMs}`);
  });

  it('the next window starts anew', async (t) => {
    const { store } = await ready(t, server);
    const limit = { runs: 1, perMs: 1_000 };
    // Both calls must be in one window.
    await sleep(1_000 - (Date.now() % 1_000) + 10);
    deepEqual([store.counters.take('cap:a', limit), store.counters.take('cap:a', limit)], [true, false]);
    // A window has no end that could be seen.
    await sleep(1_000);
    deepEqual([store.counters.take('cap:a', limit), store.counters.take('cap:a', limit)], [true, false]);
  });

  it('without Redis each worker counts for itself', async (t) => {
    const proxy = await startFaultProxy(server.port);
    t.after(() => proxy.close());
    proxy.set('drop');
    const workers = [1, 2].map(() => startStore(t, { redis: connectionTo(proxy.port) }));
    await eventually(() => workers.map(({ lines }) => lines.length), [1, 1]);
    deepEqual(
      workers.map((each) => takes(each, 'cap:a', 10, 15)),
      [10, 10],
    );
    deepEqual(
      workers.map((each) => takes(each, 'reservoir:a', 10, 15)),
      [10, 10],
    );
    workers[0]?.store.markSlow('a');
    deepEqual(
      workers.map(({ store }) => store.wasSlow('a')),
      [true, false],
    );
    equal(workers[0]?.store.wasSlow('a'), false);
  });

  it('a slow run on one worker affects the others once, even if its worker is gone', async (t) => {
    const [one, two] = await Promise.all([ready(t, server), ready(t, server)]);
    one.store.markSlow('a');
    equal(one.store.wasSlow('b'), false);
    const isSaid = async (said: string) => (await server.cli('exists', '{job-tracing}:slow')) === said;
    await until(() => isSaid('1'), { says: 'the sign is not in Redis' });
    await one.store.close();
    let isTaken = false;
    await eventually(
      () => {
        isTaken ||= two.store.wasSlow('a');
        return isTaken;
      },
      true,
      2_000,
    );
    equal(two.store.wasSlow('a'), false);
    await until(() => isSaid('0'), { says: 'the sign is still in Redis' });
    const three = await ready(t, server);
    equal(three.store.wasSlow('a'), false);
  });
});

interface FleetProcess {
  ratio(): number | undefined;
  take(order: object): Promise<number>;
}

function startFleet(t: TestContext, port: number): FleetProcess[] {
  return Array.from({ length: PROCESSES }, () => {
    const child = spawn(
      process.execPath,
      [require.resolve('../support/processes/policy-watcher.js'), String(port)],
      {
        stdio: ['pipe', 'pipe', 'inherit'],
      },
    );
    t.after(() => child.kill());
    let ratio: number | undefined;
    const taken: number[] = [];
    createInterface(child.stdout).on('line', (line) => {
      const message = JSON.parse(line);
      if (message.ratio !== undefined) ratio = message.ratio;
      if (message.taken !== undefined) taken.push(message.taken);
    });
    return {
      ratio: () => ratio,
      take: async (order) => {
        const before = taken.length;
        child.stdin.write(`${JSON.stringify(order)}\n`);
        await until(() => taken.length > before, { says: 'a process does not answer' });
        return taken.at(-1) ?? 0;
      },
    };
  });
}

async function subscribed(server: RedisServer): Promise<void> {
  const listen = async () => {
    const [, count] = (await server.cli('pubsub', 'numsub', '{job-tracing}:changed')).split('\n');
    return count === String(PROCESSES);
  };
  await until(listen, { within: START_MS, says: 'the processes do not listen' });
}

/** Starts a store, and waits until it has read from Redis. */
async function ready(t: TestContext, server: RedisServer): Promise<StoreUnderTest> {
  await server.cli('hset', POLICY, 'ready', '0.25');
  const under = startStore(t, { redis: connectionTo(server.port), pollIntervalMs: 500 });
  await eventually(() => under.ratio('ready'), 0.25);
  return under;
}

function takes({ store }: StoreUnderTest, key: string, runs: number, times: number): number {
  return Array.from({ length: times }, () => store.counters.take(key, { runs, perMs: DAY })).filter(Boolean)
    .length;
}
