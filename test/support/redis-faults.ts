/** What every fault of Redis has in common: a steady state before it, answers during it, its begin and end. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type RedisServer, startRedis } from '../../testing/redis-server.js';
import { type FaultProxy, startFaultProxy } from './fault-proxy.js';
import { connectionTo, eventually, type StoreUnderTest, startStore } from './redis-store.js';

export const POLICY = '{job-tracing}:policy';
export const REVISION = '{job-tracing}:revision';
export const POLL_MS = 900;
/** In which a fault, and its end, are seen on a machine that has other things to do. */
export const SEEN_MS = 20_000;
/** Time in which a fault is seen: the poll that runs into it, and the time it is given. */
export const NOTICE_MS = 2 * POLL_MS;
/** CPU of everything that is asked on a run's way, a hundred times: 1 ms for each. */
const AT_ONCE_MS = 100;
const LIMIT = { runs: 1_000, perMs: 3_600_000 };

const unhandled: unknown[] = [];
process.on('unhandledRejection', (reason) => unhandled.push(reason));

/** For the end of a file's tests. */
export async function nothingWasUnhandled(): Promise<void> {
  await sleep(0);
  deepEqual(unhandled, []);
}

/** A store that has read the rule `a` 0.25 at revision 7, through a proxy. */
export async function steady(
  t: TestContext,
  options: { readonly maxAgeMs?: number } = {},
): Promise<{ server: RedisServer; proxy: FaultProxy; under: StoreUnderTest }> {
  const server = await startRedis();
  const proxy = await startFaultProxy(server.port);
  t.after(() => Promise.all([proxy.close(), server.stop()]));
  await server.cli('hset', POLICY, 'a', '0.25');
  await server.cli('set', REVISION, '7');
  const under = startStore(t, { redis: connectionTo(proxy.port), pollIntervalMs: POLL_MS, ...options });
  await eventually(() => under.ratio('a'), 0.25, 5_000);
  return { server, proxy, under };
}

/** The policy holds, and nothing asked on a run's way waits or throws. */
export function answersAtOnce({ store, ratio }: StoreUnderTest, expected = 0.25): void {
  const start = process.cpuUsage();
  equal(ratio('a'), expected);
  for (let run = 0; run < 100; run++) {
    store.current();
    store.counters.take(`cap:${run}`, LIMIT);
    equal(store.counters.take(`reservoir:${run}`, LIMIT), true);
    store.markSlow(`job-${run}`);
    equal(store.wasSlow(`job-${run}`), true);
  }
  const { user, system } = process.cpuUsage(start);
  const tookMs = (user + system) / 1_000;
  ok(tookMs < AT_ONCE_MS, `took ${tookMs} ms`);
}

/** One line says that the fault began. */
export async function begins({ lines }: StoreUnderTest, line: RegExp): Promise<void> {
  await eventually(() => lines.length, 1, SEEN_MS);
  match(lines[0] ?? '', line);
}

/** The new ratio is there, and one line says that the fault is over. */
export async function ends({ lines, ratio }: StoreUnderTest, line: RegExp, expected: number): Promise<void> {
  await eventually(() => ratio('a'), expected, SEEN_MS);
  await eventually(() => lines.length, 2, SEEN_MS);
  match(lines[1] ?? '', line);
}
