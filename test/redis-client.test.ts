/**
 * Operators read, change and explain the sampling policy: no invalid rule is written, and each change returns the rule
 * that it replaced.
 */
import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { Client } from '@temporalio/client';
import { JobClient, SamplingClient, SamplingConflictError } from 'temporal-job-tracing/client';
import { type RedisServer, startRedis, WITHOUT_REDIS } from '../testing/redis-server.js';
import { until } from '../testing/until.js';
import { connectionTo, eventually, startStore } from './support/redis-store.js';

const POLICY = '{job-tracing}:policy';
const REVISION = '{job-tracing}:revision';

describe('SamplingClient', { skip: WITHOUT_REDIS }, () => {
  let server: RedisServer;
  let redis: ReturnType<typeof connectionTo>;
  let sampling: SamplingClient;
  before(async () => {
    server = await startRedis();
    redis = connectionTo(server.port);
    sampling = new SamplingClient({ redis, identity: 'ada@host' });
  });
  afterEach(() => server.cli('flushall'));
  after(async () => {
    redis.disconnect();
    await server.stop();
  });

  it('a rule that is set reaches a worker by message, and redis-cli shows it with author and time', async (t) => {
    const { ratio } = startStore(t, { redis: connectionTo(server.port), pollIntervalMs: 60_000 });
    equal(ratio('a'), 0.5);
    const listens = async () => (await server.cli('pubsub', 'channels')).includes('changed');
    await until(listens, { says: 'the store does not listen' });
    const before = Date.now();
    const { revision, replaced } = await sampling.set('a', { ratio: 0.25, keepSlow: { overMs: 5_000 } });
    await eventually(() => ratio('a'), 0.25);
    equal(replaced, undefined);
    equal(await server.cli('get', REVISION), String(revision));
    const { at, ...written } = JSON.parse(await server.cli('hget', POLICY, 'a'));
    deepEqual(written, { ratio: 0.25, keepSlow: { overMs: 5_000 }, by: 'ada@host' });
    ok(Date.parse(at) >= before);
  });

  it('get returns the rules in force, those written with redis-cli, and the invalid ones', async () => {
    await server.cli(
      'hset',
      POLICY,
      'a',
      '0.25',
      'b',
      '{"ratio":2}',
      'c',
      '{"until":"2020-01-01T00:00:00Z"}',
    );
    await server.cli('hset', POLICY, 'd', '{"until":"2020-01-01T00:00:00Z","afterwards":0.1}');
    const { revision, rules, problems } = await sampling.get();
    equal(revision, 0);
    deepEqual(Array.from(rules, ([name, { rule }]) => [name, rule.ratio]).sort(), [
      ['a', 0.25],
      ['d', 0.1],
    ]);
    deepEqual([...problems], [['b', 'ratio: expected a number from 0 to 1, got 2 (number)']]);
  });

  it('the revision only grows, even after Redis was emptied', async () => {
    const first = await sampling.set('a', 0.1);
    const second = await sampling.set('a', 0.2);
    ok(second.revision > first.revision);
    equal(second.replaced?.rule.ratio, 0.1);
    await server.cli('flushall');
    const third = await sampling.set('a', 0.3);
    ok(third.revision > second.revision);
    await server.cli('set', REVISION, '9000000000000000');
    equal((await sampling.set('a', 0.3)).revision, 9_000_000_000_000_001);
  });

  it('of two operators who change the same policy, the second one gets an error with both rules', async () => {
    const { revision } = await sampling.set('a', 0.1);
    await sampling.set('a', 0.2, { by: 'ada', expectedRevision: revision });
    const late = sampling.set('a', 0.3, { by: 'bob', expectedRevision: revision });
    await rejects(late, (error) => {
      ok(error instanceof SamplingConflictError);
      deepEqual(
        [
          error.job,
          error.expectedRevision,
          error.current?.rule.ratio,
          error.current?.by,
          error.proposed?.rule.ratio,
          error.proposed?.by,
        ],
        ['a', revision, 0.2, 'ada', 0.3, 'bob'],
      );
      match(
        error.message,
        /^sampling rule 'a' was not changed: the policy is at revision \d+, not at \d+ \(the rule in force is by ada\)$/,
      );
      return true;
    });
    await rejects(sampling.unset('a', { expectedRevision: revision }), SamplingConflictError);
    equal((await sampling.get()).rules.get('a')?.rule.ratio, 0.2);
  });

  it('concurrent writes all succeed one by one, and each returns the rule that it replaced', async () => {
    const others = [connectionTo(server.port), connectionTo(server.port)];
    const clients = [sampling, ...others.map((other) => new SamplingClient({ redis: other }))];
    const changes = await Promise.all(clients.map((client, index) => client.set('a', (index + 1) / 10)));
    for (const other of others) other.disconnect();
    const [first, second, third] = [...changes].sort((a, b) => a.revision - b.revision);
    ok(first && second && third && first.revision < second.revision && second.revision < third.revision);
    const replaced = changes.map(({ replaced }) => replaced?.rule.ratio);
    const last = (await sampling.get()).rules.get('a')?.rule.ratio;
    deepEqual([...replaced, last].sort(), [0.1, 0.2, 0.3, undefined]);
  });

  it('a rule written with redis-cli between reading and writing is not lost, even without a new revision', async () => {
    let calls = 0;
    const interrupted = Object.create(redis, {
      call: {
        value: async (command: string, ...args: string[]) => {
          if (++calls === 2) await server.cli('hset', POLICY, 'a', '{"ratio":0.9,"by":"hand"}');
          return redis.call(command, ...args);
        },
      },
    });
    const { replaced } = await new SamplingClient({ redis: interrupted }).set('a', 0.1);
    deepEqual([replaced?.rule.ratio, replaced?.by, calls], [0.9, 'hand', 4]);
  });

  it('after a temporary rule the previous one applies again, however often it is prolonged', async () => {
    await sampling.set('a', 0.01, { by: 'ada' });
    await sampling.set('a', { ratio: 1, until: new Date(Date.now() + 60_000) });
    const until = new Date(Date.now() + 120_000).toISOString();
    await sampling.set('a', { ratio: 1, until });
    const rule = (await sampling.get()).rules.get('a');
    deepEqual([rule?.rule.ratio, rule?.until?.toISOString()], [1, until]);
    deepEqual(
      [rule?.afterwards?.rule.ratio, rule?.afterwards?.by, rule?.afterwards?.until],
      [0.01, 'ada', undefined],
    );
    await sampling.unset('a');
    equal(await server.cli('hget', POLICY, 'a'), '');
  });

  it('nothing invalid is written', async () => {
    const bad: readonly (readonly [string, unknown, string])[] = [
      ['a', Number.NaN, "sampling rule 'a': rule: expected a number from 0 to 1, got NaN (number)"],
      ['a', { ratio: -1 }, "sampling rule 'a': ratio: expected a number from 0 to 1, got -1 (number)"],
      ['a', null, "sampling rule 'a': rule: expected a number from 0 to 1 or a rule, got null (object)"],
      [
        'a',
        { rate: 1 },
        `sampling rule 'a': rate: expected one of ratio, atLeast, atMost, keepFailed, keepSlow, afterFailure, got 'rate' (string)`,
      ],
      [
        'a',
        { until: 'soon' },
        "sampling rule 'a': until: expected a Date or an ISO time with its zone, got 'soon' (string)",
      ],
      [
        'a',
        { until: new Date(Number.NaN) },
        "sampling rule 'a': until: expected a Date or an ISO time with its zone, got Invalid Date (object)",
      ],
      [
        'a',
        { until: '2020-01-01T00:00:00Z' },
        "sampling rule 'a': until: expected a future time, got 2020-01-01T00:00:00.000Z (object)",
      ],
      [
        'a',
        { until: new Date(8.64e15) },
        "sampling rule 'a': until: expected a Date or an ISO time with its zone, got +275760-09-13T00:00:00.000Z (object)",
      ],
      ['', 1, "sampling rule: job: expected a job name or pattern of 1 to 255 characters, got '' (string)"],
      [
        'a'.repeat(256),
        1,
        `sampling rule: job: expected a job name or pattern of 1 to 255 characters, got '${'a'.repeat(80)}'... 176 more characters (string)`,
      ],
    ];
    for (const [job, rule, message] of bad) {
      await rejects(sampling.set(job, rule as never), { name: 'OptionError', message });
    }
    await rejects(sampling.set('a', 1, { by: 'x'.repeat(201) }), {
      name: 'OptionError',
      option: 'by',
      expectation: 'a string of at most 200 characters',
    });
    equal(await server.cli('dbsize'), '0');
  });

  it('explain names the rule in force, and its origin', async () => {
    const client = new SamplingClient({ redis, sampling: { default: 0.5, jobs: { 'billing-*': 0.2 } } });
    await client.set('billing-daily*', 1, { by: 'ada' });
    const daily = await client.explain('billing-daily-eu');
    deepEqual(
      [daily.source, daily.pattern, daily.rule.ratio, daily.live?.by, daily.why],
      [
        'redis',
        'billing-daily*',
        1,
        'ada',
        'billing-daily* is the most specific pattern that fits this job name',
      ],
    );
    const weekly = await client.explain('billing-weekly');
    deepEqual(
      [weekly.source, weekly.pattern, weekly.rule.ratio, weekly.live],
      ['options', 'billing-*', 0.2, undefined],
    );
    const other = await client.explain('reports');
    deepEqual([other.source, other.pattern, other.rule.ratio], ['options', undefined, 0.5]);
  });

  it('a Redis that refuses, or is not available, rejects with the reason', async () => {
    await server.cli('set', POLICY, 'text');
    await rejects(sampling.set('a', 1), { message: /^sampling: the command to Redis failed: WRONGTYPE/ });
    await server.cli('del', POLICY);
    await server.cli('set', REVISION, 'seven');
    for (const call of [() => sampling.set('a', 1), () => sampling.get(), () => sampling.explain('a')]) {
      await rejects(call, { message: /revision holds 'seven', which is not an integer, so workers ignore/ });
    }
    const nowhere = connectionTo(1);
    nowhere.on('error', () => {});
    const start = performance.now();
    await rejects(new SamplingClient({ redis: nowhere }).get(), {
      message: /^sampling: the command to Redis failed: /,
    });
    ok(performance.now() - start < 6_000);
    nowhere.disconnect();
  });

  it('JobClient offers it with the option redis, under the identity of its Temporal client', async () => {
    const client = new Client({ identity: 'ops@host' });
    const { sampling: offered } = new JobClient({ client, redis, redisPrefix: 'payments' });
    await offered.set('a', 1);
    equal(JSON.parse(await server.cli('hget', '{payments}:policy', 'a')).by, 'ops@host');
    const withoutRedis = new JobClient({ client, sampling: { default: 0.5 } });
    equal((await withoutRedis.sampling.explain('a')).rule.ratio, 0.5);
    await rejects(withoutRedis.sampling.set('a', 1), {
      name: 'OptionError',
      message: /^SamplingClient: redis: expected/,
    });
    await rejects(new JobClient({ client }).sampling.explain('a'), {
      message: /^SamplingClient: redis: expected/,
    });
  });
});
