/**
 * Redis failover while the old connection stays open: a proxy, or DNS, sends new connections to the new primary, and
 * open ones stay with the old. In each case, a new connection shares all state again in under a minute.
 */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { after, describe, it, type TestContext } from 'node:test';
import { isNotPrimary } from '../../sampling/redis/connection';
import { type RedisServer, startRedis, WITHOUT_REDIS } from '../../testing/redis-server.js';
import { until } from '../../testing/until.js';
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy.js';
import { assertNoUnhandledRejections, POLICY, POLL_MS } from '../support/redis-faults.js';
import { connectionTo, eventually, type StoreUnderTest, startStore } from '../support/redis-store.js';

/** Time limit until all state is shared again. */
const FAILOVER_MS = 60_000;
/** Minimum time between two connections to a server that is not the primary. */
const REOPEN_MS = 10_000;
const LIMIT = { runs: 1_000_000, perMs: 86_400_000 };

interface Failover {
  readonly old: RedisServer;
  readonly next: RedisServer;
  readonly proxy: FaultProxy;
  readonly under: StoreUnderTest;
}

/** Starts a store with a connection to the old primary; the new primary has another rule. */
async function beforeFailover(t: TestContext, pollIntervalMs = POLL_MS): Promise<Failover> {
  const [old, next] = await Promise.all([startRedis(), startRedis()]);
  const proxy = await startFaultProxy(old.port);
  t.after(() => Promise.all([proxy.close(), old.stop(), next.stop()]));
  await old.cli('hset', POLICY, 'a', '0.25');
  const under = startStore(t, { redis: connectionTo(proxy.port), pollIntervalMs });
  await eventually(() => under.ratio('a'), 0.25, 20_000);
  return { old, next, proxy, under };
}

/** Counts a run, which writes the fleet's count of the next window to Redis. */
const countRun = ({ under }: Failover) => under.store.counters.take('reservoir:a', LIMIT);

const isShared = async ({ next }: Failover) => (await next.cli('keys', '*:runs:reservoir:a:*')) !== '';

const failovers = {
  READONLY: async ({ old, next }: Failover) => {
    await old.cli('replicaof', '127.0.0.1', String(next.port));
  },
  MASTERDOWN: async ({ old }: Failover) => {
    await old.cli('config', 'set', 'replica-serve-stale-data', 'no');
    // A port without a server.
    await old.cli('replicaof', '127.0.0.1', '1');
  },
  LOADING: async ({ old, next }: Failover) => {
    const fill = `for i = 1, 60000 do redis.call('SET', 'filler' .. i, i) end`;
    await next.cli('eval', fill, '0');
    await old.cli('config', 'set', 'key-load-delay', '1000');
    await old.cli('config', 'set', 'loading-process-events-interval-bytes', '1024');
    await old.cli('replicaof', '127.0.0.1', String(next.port));
  },
  MISCONF: async ({ old }: Failover) => {
    const [, directory = ''] = (await old.cli('config', 'get', 'dir')).split('\n');
    await rm(directory, { recursive: true });
    await old.cli('config', 'set', 'save', '3600 1000000');
    await old.cli('bgsave');
    const hasFailed = async () => /bgsave_status:err/.test(await old.cli('info', 'persistence'));
    await until(hasFailed, { within: 20_000, says: 'the snapshot does not fail' });
  },
} as const;

describe('Redis failover with the old connection open', { skip: WITHOUT_REDIS, concurrency: 2 }, () => {
  after(assertNoUnhandledRejections);

  for (const [what, failOver] of Object.entries(failovers)) {
    it(`${what}: state is shared again over a new connection`, async (t) => {
      const failover = await beforeFailover(t);
      const { next, proxy, under } = failover;
      await next.cli('hset', POLICY, 'a', '0.75');
      await failOver(failover);
      // On a busy machine, a read that timed out may be logged before the refused one.
      const words = what === 'MASTERDOWN' || what === 'LOADING' ? [what, 'cannot be read'] : [what];
      const isSeen = () => {
        countRun(failover);
        return under.lines.some((line) => words.some((word) => line.includes(word)));
      };
      await until(isSeen, { within: FAILOVER_MS, says: () => under.lines.join('\n') });
      proxy.setTarget(next.port);
      const isSharedAgain = async () => {
        countRun(failover);
        return under.ratio('a') === 0.75 && (await isShared(failover));
      };
      await until(isSharedAgain, { within: FAILOVER_MS, says: () => under.lines.join('\n') });
      await until(() => under.lines.at(-1)?.startsWith('info ') === true, {
        within: FAILOVER_MS,
        says: () => under.lines.join('\n'),
      });
    });
  }

  it('persistent READONLY: a new connection at most every 10 s', async (t) => {
    const failover = await beforeFailover(t, 3_000);
    const { proxy, under } = failover;
    // Commands and subscriptions have separate connections.
    await eventually(() => proxy.connections(), 2, FAILOVER_MS);
    const start = performance.now();
    await failovers.READONLY(failover);
    const allowed = () => 2 * (2 + Math.floor((performance.now() - start) / REOPEN_MS));
    // On a busy machine, a late response may also open another connection.
    const isTooLate = () => under.lines.some((line) => line.includes('cannot be read'));
    const isReopenedTwice = () => {
      countRun(failover);
      const made = proxy.connections();
      ok(made <= allowed() || isTooLate(), `${made} connections in ${performance.now() - start} ms`);
      return made >= 6;
    };
    await until(isReopenedTwice, { within: FAILOVER_MS, says: 'it is not opened anew' });
    equal(under.lines.filter((line) => line.includes('READONLY')).length, 1);
  });

  it('recognizes, for each version, the replies that mean another server may be the primary', () => {
    const reply = (message: string) => Object.assign(new Error(message), { name: 'ReplyError' });
    const texts = [
      "READONLY You can't write against a read only replica.",
      "ERR Error running script (call to f_1): @user_script:2: -READONLY You can't write against a read only slave.",
      "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
      'LOADING Redis is loading the dataset in memory',
      'MISCONF Redis is configured to save RDB snapshots, but it is currently not able to persist on disk.',
    ];
    deepEqual(
      texts.filter((text) => !isNotPrimary(reply(text))),
      [],
    );
    const others = ['NOPERM this user has no permissions', 'WRONGTYPE Operation', 'ERR more than 1000 rules'];
    deepEqual(
      others.filter((text) => isNotPrimary(reply(text))),
      [],
    );
    equal(isNotPrimary(new Error('READONLY')), false);
  });
});
