/**
 * Workers follow the sampling policy in Redis, here written with `redis-cli`.
 */
import { deepEqual, equal, match, ok, throws } from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { redisPolicyStore } from 'temporal-job-tracing';
import { ruleFor } from '../sampling/match';
import { resolvePolicy } from '../sampling/policy';
import { useStore } from '../sampling/policy-store';
import { createLivePolicy } from '../sampling/redis/live-policy.js';
import { formatLiveRule, parseLiveRule } from '../sampling/redis/live-rule.js';
import { type RedisServer, startRedis, WITHOUT_REDIS } from '../testing/redis-server.js';
import { until } from '../testing/until.js';
import { connectionTo, eventually, FALLBACK, startStore } from './support/redis-store.js';

const POLICY = '{job-tracing}:policy';
const REVISION = '{job-tracing}:revision';
const CHANGED = '{job-tracing}:changed';

describe('a rule written with redis-cli', { skip: WITHOUT_REDIS }, () => {
  let server: RedisServer;
  before(async () => {
    server = await startRedis();
  });
  afterEach(() => server.cli('flushall'));
  after(() => server.stop());

  it('applies from the first read, over the rules of the plugin, the most specific first', async (t) => {
    await server.cli('hset', POLICY, 'billing-*', '0.1', 'billing-big', '{"ratio":1}');
    const { store, ratio, lines } = startStore(t, { redis: connectionTo(server.port) });
    equal(store.current(), FALLBACK);
    await eventually(() => ['billing-x', 'billing-big', 'other'].map(ratio), [0.1, 1, 0.5]);
    equal(store.current(), store.current());
    deepEqual(lines, []);
  });

  it('arrives with HSET at the next poll, and with PUBLISH long before', async (t) => {
    const polled = startStore(t, { redis: connectionTo(server.port), pollIntervalMs: 500 });
    const notified = startStore(t, { redis: connectionTo(server.port), pollIntervalMs: 60_000 });
    await subscribed(server, 2);
    await server.cli('hset', POLICY, 'a', '0.25');
    await eventually(() => polled.ratio('a'), 0.25);
    equal(notified.ratio('a'), 0.5);
    await server.cli('publish', CHANGED, 'now');
    await eventually(() => notified.ratio('a'), 0.25);
  });

  it('is gone with HDEL; the last one with HDEL and a higher revision', async (t) => {
    await server.cli('hset', POLICY, 'a', '0.25', 'b', '0.75');
    const { ratio, store } = startStore(t, { redis: connectionTo(server.port), pollIntervalMs: 200 });
    await eventually(() => [ratio('a'), ratio('b')], [0.25, 0.75]);
    await server.cli('hdel', POLICY, 'a');
    await eventually(() => [ratio('a'), ratio('b')], [0.5, 0.75]);
    await server.cli('hdel', POLICY, 'b');
    await server.cli('incr', REVISION);
    await eventually(() => store.current(), FALLBACK);
  });

  it('expires without a message from Redis, and the rule that follows applies', async (t) => {
    const until = new Date(Date.now() + 2_500).toISOString();
    await server.cli('hset', POLICY, 'a', JSON.stringify({ ratio: 1, until, afterwards: { ratio: 0.01 } }));
    await server.cli('hset', POLICY, 'b', JSON.stringify({ ratio: 1, until }));
    const { ratio } = startStore(t, { redis: connectionTo(server.port), pollIntervalMs: 60_000 });
    await eventually(() => [ratio('a'), ratio('b')], [1, 1]);
    await eventually(() => [ratio('a'), ratio('b')], [0.01, 0.5]);
  });

  it('that is invalid is logged once and ignored: its last valid version and the other rules apply', async (t) => {
    await server.cli('hset', POLICY, 'a', '0.25');
    const { ratio, lines } = startStore(t, { redis: connectionTo(server.port), pollIntervalMs: 200 });
    await eventually(() => ratio('a'), 0.25);
    await server.cli('hset', POLICY, 'a', '{"ratio":7}', 'b', '{"ratio"', 'c', '0.75');
    await eventually(() => [ratio('a'), ratio('b'), ratio('c')], [0.25, 0.5, 0.75]);
    // Two more polls, which log nothing again.
    await sleep(500);
    // On a busy machine, Redis may respond late, which is also logged.
    const ofRules = lines.filter((line) => line.includes('the sampling rule '));
    deepEqual(ofRules, [
      "warn the sampling rule 'a' in Redis is ignored, its last good one holds: ratio: expected a number from 0 to 1, got 7 (number)",
      `warn the sampling rule 'b' in Redis is ignored, its last good one holds: expected JSON such as {"ratio":0.01}, got '{"ratio"' (string)`,
    ]);
    lines.length = 0;
    await server.cli('hset', POLICY, 'a', '0.125', 'b', '1');
    await eventually(() => [ratio('a'), ratio('b')], [0.125, 1]);
    deepEqual(lines, [
      "info the sampling rule 'a' in Redis is valid again",
      "info the sampling rule 'b' in Redis is valid again",
    ]);
  });

  it('is found under the prefix', async (t) => {
    await server.cli('hset', '{payments}:policy', 'a', '0.25');
    const { ratio } = startStore(t, { redis: connectionTo(server.port), redisPrefix: 'payments' });
    await eventually(() => ratio('a'), 0.25);
  });

  it('a closed store keeps its policy, leaves no connection, and may be closed again', async (t) => {
    await server.cli('hset', POLICY, 'a', '0.25');
    const { store, ratio } = startStore(t, { redis: connectionTo(server.port) });
    await eventually(() => ratio('a'), 0.25);
    await Promise.all([store.close(), store.close()]);
    equal(ratio('a'), 0.25);
    await subscribed(server, 0);
    equal((await server.cli('client', 'list')).split('\n').length, 1);
  });

  it('a store of several workers is closed with the last of them, and opened again by the next', async (t) => {
    await server.cli('hset', POLICY, 'a', '0.25');
    const store = redisPolicyStore({ redis: connectionTo(server.port) });
    t.after(() => store.close());
    const use = () => useStore(store, { info() {}, warn() {} }, resolvePolicy());
    const [one, two] = [use(), use()];
    await subscribed(server, 1);
    await one();
    await subscribed(server, 1);
    await two();
    await subscribed(server, 0);
    const three = use();
    await server.cli('hset', POLICY, 'a', '0.75');
    await eventually(() => ruleFor(store.current(), 'a').rule.ratio, 0.75);
    await three();
    await subscribed(server, 0);
  });
});

async function subscribed(server: RedisServer, count: number): Promise<void> {
  const numsub = async () => (await server.cli('pubsub', 'numsub', CHANGED)).split('\n')[1];
  const are = async () => (await numsub()) === String(count);
  await until(are, { within: 5_000, says: `not ${count} subscribers` });
}

describe('redisPolicyStore', () => {
  it('throws for invalid options, with name, expectation, value and type', () => {
    const redis = connectionTo(1);
    const bad = [
      [
        { redis: 'redis://localhost' },
        "redisPolicyStore: redis: expected a Redis or Cluster of 'ioredis', got 'redis://localhost' (string)",
      ],
      [
        { redis: connectionTo(1, { keyPrefix: 'app:' }) },
        "redisPolicyStore: redis: expected a connection without keyPrefix (use the option 'redisPrefix'), got 'app:' (string)",
      ],
      [
        { redis, redisPrefix: 'a}b' },
        "redisPolicyStore: redisPrefix: expected up to 100 characters without spaces and braces, got 'a}b' (string)",
      ],
      [
        { redis, pollIntervalMs: 0 },
        'redisPolicyStore: pollIntervalMs: expected milliseconds from 200 to 60000, got 0 (number)',
      ],
      [
        { redis, pollIntervalMs: Number.NaN },
        'redisPolicyStore: pollIntervalMs: expected milliseconds from 200 to 60000, got NaN (number)',
      ],
      [
        { redis, maxAgeMs: '1 h' },
        "redisPolicyStore: maxAgeMs: expected milliseconds from 1000 to 604800000, got '1 h' (string)",
      ],
    ] as const;
    for (const [options, message] of bad) {
      throws(() => redisPolicyStore(options as never), { name: 'OptionError', message });
    }
  });

  it('works before it is started, and when it is closed without a start', async () => {
    const store = redisPolicyStore({ redis: connectionTo(1) });
    equal(store.current().default.ratio, 1);
    equal(store.counters.take('cap:a', { runs: 1, perMs: 60_000 }), true);
    await store.close();
  });
});

describe('the trust in Redis', () => {
  const MINUTE = 60_000;
  const reading = (revision: string | null, texts?: Record<string, string>, digest = `${revision}`) => ({
    revision,
    digest,
    texts: texts && new Map(Object.entries(texts)),
    slow: [],
  });

  function policyAtClock() {
    const clock = { now: 1_000_000 };
    const live = createLivePolicy({ fallback: FALLBACK, maxAgeMs: 15 * MINUTE, now: () => clock.now });
    return { clock, live, ratio: () => live.current().jobs.get('a')?.ratio };
  }

  it('a revision may stay and grow, but not go back', () => {
    const { live, ratio } = policyAtClock();
    equal(live.accept(reading('5', { a: '0.1' })), undefined);
    equal(live.accept(reading('5', { a: '0.2' })), undefined);
    equal(live.accept(reading('4', { a: '0.3' })), 'the revision went back from 5 to 4');
    equal(live.accept(reading(null, { a: '0.3' })), 'the revision went back from 5 to none');
    equal(live.accept(reading('5.5', { a: '0.3' })), "the revision is not an integer but '5.5'");
    equal(ratio(), 0.2);
    equal(live.accept(reading('6', {})), undefined);
    equal(live.current(), FALLBACK);
  });

  it('rules that are gone without a higher revision are not accepted', () => {
    const { live, ratio } = policyAtClock();
    live.accept(reading('5', { a: '0.1' }));
    equal(live.accept(reading('5', {})), 'the rules are gone without a higher revision');
    equal(ratio(), 0.1);
  });

  it('a policy applies for the maximum age after its last confirmation, then the fallback does', () => {
    const { clock, live, ratio } = policyAtClock();
    live.accept(reading('5', { a: '0.1' }));
    clock.now += 14 * MINUTE;
    live.accept(reading('5'));
    clock.now += 15 * MINUTE - 1;
    equal(live.expire(), false);
    equal(ratio(), 0.1);
    clock.now += 1;
    equal(live.expire(), true);
    equal(live.current(), FALLBACK);
    equal(live.expire(), false);
    // After this time, any state of Redis is accepted.
    equal(live.digest(), '');
    equal(live.accept(reading('1', { a: '0.3' })), undefined);
    equal(ratio(), 0.3);
  });

  it('rules take precedence over those of the options, whose default stays', () => {
    const fallback = resolvePolicy({ default: 0.5, jobs: { a: 0.9, b: 0.8 } });
    const live = createLivePolicy({ fallback, maxAgeMs: MINUTE });
    live.accept(reading('1', { a: '0.1' }));
    const { jobs, default: byDefault } = live.current();
    deepEqual([jobs.get('a')?.ratio, jobs.get('b')?.ratio, byDefault.ratio], [0.1, 0.8, 0.5]);
  });
});

describe('the text of a rule', () => {
  it('is parsed as it was written', () => {
    const text =
      '{"ratio":1,"keepSlow":{"overMs":5000},"until":"2030-01-01T00:00:00.000Z","by":"ada","at":"2029-12-31T23:30:00.000Z",' +
      '"afterwards":{"ratio":0.01,"by":"bob"}}';
    const parsed = parseLiveRule(text);
    ok('stored' in parsed);
    equal(formatLiveRule(parsed.stored), text);
    equal(parsed.stored.rule.keepSlowMs, 5_000);
    equal(parsed.stored.afterwards?.rule.ratio, 0.01);
  });

  for (const [text, problem] of [
    ['', /expected JSON such as/],
    ['null', /rule: expected a number from 0 to 1 or a rule, got null/],
    ['[]', /rule: expected a number/],
    ['"0.5"', /rule: expected a number/],
    ['-1', /rule: expected a number from 0 to 1, got -1/],
    ['{"ration":1}', /ration: expected one of ratio/],
    ['{"__proto__":{"ratio":1}}', /__proto__: expected one of/],
    ['{"until":"tomorrow"}', /until: expected a time as 2030-01-31T12:00:00Z, got 'tomorrow'/],
    ['{"until":"2030-01-31T12:00:00"}', /until: expected a time/],
    ['{"until":"2030-13-31T12:00:00Z"}', /until: expected a time/],
    ['{"at":5}', /at: expected a time/],
    ['{"by":["ada"]}', /by: expected a string/],
    ['{"afterwards":{"ratio":2}}', /afterwards: ratio: expected/],
    [`{"by":"${'x'.repeat(20_000)}"}`, /at most 10000 characters/],
    ['['.repeat(9_000), /expected JSON such as/],
    [`${'{"afterwards":'.repeat(600)}1${'}'.repeat(600)}`, undefined],
  ] as const) {
    it(`${text.slice(0, 40) || 'nothing'} is ${problem ? 'a problem' : 'a rule'}, never an exception`, () => {
      const parsed = parseLiveRule(text);
      if (problem) match('problem' in parsed ? parsed.problem : 'a rule', problem);
      else ok('stored' in parsed);
    });
  }
});
