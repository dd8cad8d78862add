/**
 * The bounds of a sampling policy, the same for options and for values in Redis: the length of a rule's name, the
 * number of rules, the members read of the set of slow jobs, the cost of patterns with many stars.
 */
import { deepEqual, equal, match, ok, throws } from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { ruleFor } from '../sampling/match';
import { resolvePolicy } from '../sampling/policy';
import { keySpace, type PolicyReading, policyReading, readCommand } from '../sampling/redis/key-space';
import { createLivePolicy } from '../sampling/redis/live-policy';
import { startRedis, WITHOUT_REDIS } from '../testing/redis-server.js';
import { connectionTo, FALLBACK } from './support/redis-store.js';

const KEYS = keySpace('redisPolicyStore');
/** Milliseconds of CPU time for a thousand hostile patterns; backtracking would take far longer for one of them. */
const MATCH_MS = 1_000;
/** Limit for a policy with the maximum number of rules of the maximum size, and of slow jobs. */
const MAX_ANSWER_BYTES = 1_000 * (1_021 + 40_001 + 1_020) + 1_000;

describe('bounds of the policy in options', () => {
  const rulesOf = (patterns: readonly string[]) => ({
    jobs: Object.fromEntries(patterns.map((pattern) => [pattern, 1])),
  });

  it('a name of 255 characters, and 1,000 rules, are accepted', () => {
    const names = Array.from({ length: 1_000 }, (_, index) => `${index}`.padEnd(255, 'x'));
    equal(resolvePolicy(rulesOf(names)).jobs.size, 1_000);
  });

  it('a name of 256 characters, and 1,001 rules, throw when the plugin is constructed', () => {
    const long = `${'a'.repeat(255)}*`;
    throws(
      () => resolvePolicy(rulesOf([long])),
      /: sampling.jobs: expected a job name .* 1 to 255 characters/,
    );
    const many = Array.from({ length: 1_001 }, (_, index) => `job-${index}`);
    throws(() => resolvePolicy(rulesOf(many)), /: sampling.jobs: expected at most 1000 rules, got 1001/);
  });
});

describe('bounds of the policy in Redis', { skip: WITHOUT_REDIS }, () => {
  interface Given {
    readonly reading: PolicyReading;
    readonly bytes: number;
  }

  async function readAfter(t: TestContext, ...commands: readonly (readonly string[])[]): Promise<Given> {
    const server = await startRedis();
    const redis = connectionTo(server.port);
    t.after(async () => {
      redis.disconnect();
      await server.stop();
    });
    for (const command of commands) await server.cli(...command);
    const reply = await redis.call('EVAL', ...readCommand(KEYS, ''));
    return { reading: policyReading(reply), bytes: Buffer.byteLength(JSON.stringify(reply)) };
  }

  it('a rule with a name of more than 255 characters is logged and ignored, and the others apply', async (t) => {
    const names = ['a'.repeat(256), 'ä'.repeat(256), '😀'.repeat(20_000), `${'a*'.repeat(127)}b`];
    const { reading, bytes } = await readAfter(
      t,
      ...names.map((name) => ['hset', KEYS.policy, name, '0.25']),
    );
    const live = createLivePolicy({ fallback: FALLBACK, maxAgeMs: 60_000 });
    equal(live.accept(reading), undefined);
    deepEqual([...live.current().jobs.keys()], [`${'a*'.repeat(127)}b`]);
    equal(live.problems().size, 3);
    for (const problem of live.problems().values())
      match(problem, /^expected a job name .* 1 to 255 characters/);
    ok(bytes < 5_000, `${bytes} bytes`);
  });

  it('a rule and a revision of megabytes are cut before they are sent', async (t) => {
    const fill = `redis.call('HSET', KEYS[1], 'a', string.rep(' ', 5000000) .. '0.5')
      redis.call('SET', KEYS[2], string.rep('1', 5000000))`;
    const { reading, bytes } = await readAfter(t, ['eval', fill, '2', KEYS.policy, KEYS.revision]);
    ok(bytes < 50_000, `${bytes} bytes`);
    const live = createLivePolicy({ fallback: FALLBACK, maxAgeMs: 60_000 });
    match(live.accept(reading) ?? '', /^the revision is not an integer/);
    equal(live.accept({ ...reading, revision: '1' }), undefined);
    match(live.problems().get('a') ?? '', /^expected at most 10000 characters/);
  });

  it('of the set of slow jobs the newest 1,000 with valid names are read', async (t) => {
    const fill = `for i = 1, 20000 do redis.call('ZADD', KEYS[1], i, 'job-' .. i) end
      redis.call('ZADD', KEYS[1], 20001, string.rep('x', 5000000))`;
    const { reading, bytes } = await readAfter(t, ['eval', fill, '1', KEYS.slow]);
    equal(reading.slow.length, 999);
    deepEqual([reading.slow[0], reading.slow.at(-1)], ['job-19002', 'job-20000']);
    ok(bytes < MAX_ANSWER_BYTES, `${bytes} bytes`);
  });
});

describe('cost of patterns with many stars', () => {
  for (const [what, pattern, name] of [
    ['*a*a*…*', '*a'.repeat(120), `${'a'.repeat(254)}b`],
    ['**…*b*', `${'*'.repeat(240)}b`, `${'a'.repeat(254)}b`],
    ['*aa…ab*', `*${'a'.repeat(126)}b`, 'a'.repeat(255)],
    ['*ab*ab*…', '*ab'.repeat(80), 'ab'.repeat(127)],
  ] as const) {
    it(`1,000 patterns such as ${what} take no time to fail`, () => {
      const patterns = Array.from({ length: 1_000 }, (_, index) => `${pattern}*${index}*`);
      const policy = resolvePolicy({ default: 0, jobs: Object.fromEntries(patterns.map((one) => [one, 1])) });
      const start = process.cpuUsage();
      equal(ruleFor(policy, name).pattern, undefined);
      const { user, system } = process.cpuUsage(start);
      ok(user + system < MATCH_MS * 1_000, `took ${(user + system) / 1_000} ms`);
    });
  }

  it('a pattern of 255 characters matches correctly', () => {
    const pattern = `${'*a'.repeat(126)}*b`;
    const policy = resolvePolicy({ default: 0, jobs: { [pattern]: 1 } });
    equal(ruleFor(policy, `${'xa'.repeat(126)}b`).pattern, pattern);
    equal(ruleFor(policy, `${'xa'.repeat(125)}b`).pattern, undefined);
  });
});
