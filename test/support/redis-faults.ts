/** Steps of every Redis fault test: a store in normal operation, its behaviour during the fault, and the log lines. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type RedisServer, startRedis } from '../../testing/redis-server.js';
import { type FaultProxy, startFaultProxy } from './fault-proxy.js';
import { connectionTo, eventually, type StoreUnderTest, startStore } from './redis-store.js';

export const POLICY = '{job-tracing}:policy';
export const REVISION = '{job-tracing}:revision';
export const POLL_MS = 900;
/** Time limit for the detection of a fault, or of its end, on a busy machine. */
export const DETECTED_WITHIN_MS = 20_000;
/** Usual time until a fault is detected: the poll that fails, and its timeout. */
export const DETECTION_MS = 2 * POLL_MS;
/** CPU time of all calls that a run makes, a hundred times: 1 ms for each run. */
const CPU_LIMIT_MS = 100;
const LIMIT = { runs: 1_000, perMs: 3_600_000 };

const unhandled: unknown[] = [];
process.on('unhandledRejection', (reason) => unhandled.push(reason));

/** Asserts that no promise rejection was unhandled; for the end of a test file. */
export async function assertNoUnhandledRejections(): Promise<void> {
  await sleep(0);
  deepEqual(unhandled, []);
}

/** Starts a store behind a proxy, and waits until it has read the rule `a` 0.25 at revision 7. */
export async function startSteadyStore(
  t: TestContext,
  options: { readonly maxAgeMs?: number } = {},
): Promise<{ server: RedisServer; proxy: FaultProxy; under: StoreUnderTest }> {
  const server = await startRedis();
  const proxy = await startFaultProxy(server.port);
  t.after(() => Promise.all([proxy.close(), server.stop()]));
  await server.cli('hset', POLICY, 'a', '0.25');
  await server.cli('set', REVISION, '7');
  const under = startStore(t, { redis: connectionTo(proxy.port), pollIntervalMs: POLL_MS, ...options });
  await eventually(() => under.ratio('a'), 0.25);
  return { server, proxy, under };
}

/** Asserts that the policy is in force, and that no call of a run waits or throws. */
export function assertNonBlocking({ store, ratio }: StoreUnderTest, expected = 0.25): void {
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
  ok(tookMs < CPU_LIMIT_MS, `took ${tookMs} ms`);
}

/** Waits for one log line about the begin of the fault. */
export async function assertFaultLogged({ lines }: StoreUnderTest, line: RegExp): Promise<void> {
  await eventually(() => lines.length, 1, DETECTED_WITHIN_MS);
  match(lines[0] ?? '', line);
}

/** Waits for the new ratio, and for one log line about the end of the fault. */
export async function assertRecoveryLogged(
  { lines, ratio }: StoreUnderTest,
  line: RegExp,
  expected: number,
): Promise<void> {
  await eventually(() => ratio('a'), expected, DETECTED_WITHIN_MS);
  await eventually(() => lines.length, 2, DETECTED_WITHIN_MS);
  match(lines[1] ?? '', line);
}
