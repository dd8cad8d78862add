/**
 * The commands of docs/live-policy.md work as they are written.
 */
import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { SamplingClient } from 'temporal-job-tracing/client';
import { type RedisServer, startRedis, WITHOUT_REDIS } from '../testing/redis-server.js';
import { endOf } from './support/child-process.js';
import { connectionTo, eventually, startStore } from './support/redis-store.js';

const PAGE = readFileSync(join(__dirname, '..', '..', 'docs', 'live-policy.md'), 'utf8');

describe('docs/live-policy.md', { skip: WITHOUT_REDIS }, () => {
  let server: RedisServer;
  before(async () => {
    server = await startRedis();
    for (const [line] of PAGE.matchAll(/^ACL SETUSER .*$/gm)) await server.cli(...wordsOf(line));
  });
  after(() => server.stop());

  it('its Redis users have exactly the permissions that a worker and an operator need', async (t) => {
    const worker = connectionTo(server.port, { username: 'worker', password: 'secret' });
    const operator = connectionTo(server.port, { username: 'operator', password: 'secret' });
    t.after(() => {
      operator.disconnect();
      worker.disconnect();
    });
    const { store, ratio, lines } = startStore(t, { redis: worker, pollIntervalMs: 500 });
    const sampling = new SamplingClient({ redis: operator });
    await sampling.set('a', 0.25);
    await eventually(() => ratio('a'), 0.25);
    store.markSlow('a');
    equal(store.counters.take('cap:a', { runs: 3, perMs: 86_400_000 }), true);
    equal(store.counters.take('reservoir:a', { runs: 3, perMs: 86_400_000 }), true);
    equal(store.wasSlow('a'), true);
    await sampling.unset('a');
    await eventually(() => ratio('a'), 0.5);
    match(await server.cli('keys', '*'), /runs:reservoir:a/);
    deepEqual(lines, []);
    await rejects(new SamplingClient({ redis: worker }).set('a', 1), {
      message: /NOPERM|can't run this command/,
    });
  });

  it('its redis-cli commands write valid rules', async (t) => {
    const redis = connectionTo(server.port);
    t.after(() => redis.disconnect());
    const commands = Array.from(
      PAGE.matchAll(/`((?:HSET|HDEL|INCR|PUBLISH) [^`]+)`/g),
      ([, line]) => line ?? '',
    );
    ok(commands.length >= 6);
    const sampling = new SamplingClient({ redis });
    for (const command of commands) {
      match(await server.cli(...wordsOf(command)), /^\d+$/, command);
      deepEqual([...(await sampling.get()).problems], [], command);
    }
  });
});

it('a process whose store is closed exits, with or without Redis', {
  skip: WITHOUT_REDIS,
}, async (t) => {
  const server = await startRedis();
  t.after(() => server.stop());
  for (const port of [server.port, 1]) {
    const program = `
      const { redisPolicyStore } = require('temporal-job-tracing');
      const { Redis } = require('ioredis');
      const store = redisPolicyStore({ redis: new Redis(${port}, { lazyConnect: true }) });
      const log = { info() {}, warn() {} };
      store.start(log, store.current());
      process.exitCode = 1;
      setTimeout(() => store.close().then(() => { process.exitCode = 0; }), 200);`;
    const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'ignore', 'inherit'] });
    t.after(() => child.kill());
    await endOf(child);
    equal(child.exitCode, 0, port === 1 ? 'without Redis' : 'with Redis');
  }
});

/** Splits a command like a shell. */
function wordsOf(line: string): string[] {
  return Array.from(line.matchAll(/'([^']*)'|(\S+)/g), ([, quoted, plain]) => quoted ?? plain ?? '');
}
