/**
 * The store and the client work with a Redis Cluster and with Sentinels, through users' usual connections.
 */
import { deepEqual, equal, match } from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { RedisConnection } from 'temporal-job-tracing';
import { SamplingClient } from 'temporal-job-tracing/client';
import { freePort } from '../../testing/free-port.js';
import { type RedisServer, startRedis, WITHOUT_REDIS } from '../../testing/redis-server.js';
import { until } from '../../testing/until.js';
import { Cluster, Redis } from '../support/ioredis.js';
import { eventually, startStore } from '../support/redis-store.js';

describe('the policy store', { skip: WITHOUT_REDIS, concurrency: 2 }, () => {
  it('works through a Redis Cluster: policy, messages, counts, and back after a loss', async (t) => {
    // A node has no address of its own until it has met another one.
    const alone = ['--cluster-announce-ip', '127.0.0.1', '--cluster-port', String(await freePort())];
    const server = await startRedis(['--cluster-enabled', 'yes', ...alone]);
    t.after(() => server.stop());
    await asCluster(server);
    const redis = new Cluster([{ host: '127.0.0.1', port: server.port }], { lazyConnect: true });
    await worksAndComesBack(t, redis, server, () => asCluster(server));
  });

  it('works through Sentinels: policy, messages, counts, and back after a loss', async (t) => {
    const server = await startRedis();
    const directory = mkdtempSync(join(tmpdir(), 'sentinel-'));
    const config = join(directory, 'sentinel.conf');
    writeFileSync(config, `sentinel monitor main 127.0.0.1 ${server.port} 1\n`);
    const sentinel = await startRedis([config, '--sentinel']);
    t.after(async () => {
      await Promise.all([sentinel.stop(), server.stop()]);
      rmSync(directory, { recursive: true });
    });
    const redis = new Redis({
      sentinels: [{ host: '127.0.0.1', port: sentinel.port }],
      name: 'main',
      lazyConnect: true,
    });
    await worksAndComesBack(t, redis, server);
  });
});

async function worksAndComesBack(
  t: TestContext,
  redis: (Redis | Cluster) & RedisConnection,
  server: RedisServer,
  prepare = async () => {},
): Promise<void> {
  t.after(() => redis.disconnect());
  redis.on('error', () => {});
  const sampling = new SamplingClient({ redis });
  const slow = startStore(t, { redis, pollIntervalMs: 60_000 });
  const quick = startStore(t, { redis, pollIntervalMs: 900 });
  await sampling.set('a', 0.25);
  await eventually(() => quick.ratio('a'), 0.25);
  const prints = (part: string, ...command: string[]) =>
    until(async () => (await server.cli(...command)).includes(part), {
      within: 5_000,
      says: `redis-cli ${command.join(' ')} does not print ${part}`,
    });
  await prints('changed', 'pubsub', 'channels');
  await sampling.set('a', 0.75);
  await eventually(() => [slow.ratio('a'), quick.ratio('a')], [0.75, 0.75]);
  equal(quick.store.counters.take('cap:a', { runs: 1, perMs: 86_400_000 }), true);
  await prints('{job-tracing}:runs:cap:a', 'keys', '*');
  deepEqual(quick.lines, []);

  await server.stop();
  await eventually(() => quick.lines.length, 1);
  match(quick.lines[0] ?? '', /^warn the sampling policy in Redis cannot be read: .*/);
  t.diagnostic(quick.lines[0] ?? '');
  equal(quick.ratio('a'), 0.75);
  await server.start();
  await prepare();
  await server.cli('hset', '{job-tracing}:policy', 'a', '0.125');
  await server.cli('set', '{job-tracing}:revision', String(Date.now()));
  await eventually(() => quick.ratio('a'), 0.125);
  deepEqual(quick.lines.slice(1), ['info the sampling policy in Redis is read again']);
  await slow.store.close();
  await quick.store.close();
}

async function asCluster(server: RedisServer): Promise<void> {
  await server.cli('cluster', 'addslotsrange', '0', '16383');
  const isReady = async () => (await server.cli('cluster', 'info')).includes('cluster_state:ok');
  await until(isReady, { within: 10_000, says: 'the cluster is not ready' });
}
