/** Measures the time until a change of the policy in Redis has reached all processes of a fleet. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { startRedis } from '../../testing/redis-server';

const WATCHER = require.resolve('../../test/support/processes/policy-watcher');
const POLICY = '{job-tracing}:policy';
const CHANGED = '{job-tracing}:changed';
const TIMEOUT_MS = 180_000;

/** Returns the milliseconds of each change, with a message like `JobClient`'s; the processes check every 5 ms. */
export async function changeReaches(processes: number, changes: number): Promise<number[]> {
  const redis = await startRedis();
  const connection = new Redis(redis.url);
  const fleet = Array.from({ length: processes }, () => startWatcher(redis.port));
  try {
    await change(connection, 0.5);
    await allHave(fleet, 0.5);
    const took: number[] = [];
    for (let index = 1; index <= changes; index++) {
      const ratio = index / (changes + 1);
      const started = performance.now();
      await change(connection, ratio);
      await allHave(fleet, ratio);
      took.push(performance.now() - started);
    }
    return took;
  } finally {
    for (const watcher of fleet) watcher.stop();
    connection.disconnect();
    await redis.stop();
  }
}

async function change(connection: Redis, ratio: number): Promise<void> {
  await connection.multi().hset(POLICY, 'a', ratio).publish(CHANGED, '').exec();
}

interface Watcher {
  ratio(): number | undefined;
  stop(): void;
}

function startWatcher(port: number): Watcher {
  const child = spawn(process.execPath, [WATCHER, String(port)], { stdio: ['pipe', 'pipe', 'inherit'] });
  let ratio: number | undefined;
  createInterface(child.stdout).on('line', (line) => {
    ratio = JSON.parse(line).ratio;
  });
  return { ratio: () => ratio, stop: () => child.stdin.end() };
}

async function allHave(fleet: readonly Watcher[], ratio: number): Promise<void> {
  const deadline = Date.now() + TIMEOUT_MS;
  while (fleet.some((watcher) => watcher.ratio() !== ratio)) {
    if (Date.now() > deadline)
      throw new Error(`the ratio ${ratio} did not reach all within ${TIMEOUT_MS} ms`);
    await sleep(1);
  }
}
