/**
 * Invalid contents of Redis do not affect runs: the last valid policy stays in force, and no call waits; one line is
 * logged at the begin and one at the end.
 */
import { equal } from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startRedis, WITHOUT_REDIS } from '../../testing/redis-server.js';
import { until } from '../../testing/until.js';
import {
  assertFaultLogged,
  assertNonBlocking,
  assertNoUnhandledRejections,
  assertRecoveryLogged,
  DETECTED_WITHIN_MS,
  DETECTION_MS,
  POLICY,
  POLL_MS,
  REVISION,
  startSteadyStore,
} from '../support/redis-faults.js';
import { connectionTo, eventually, startStore } from '../support/redis-store.js';

describe('a fault in the content of Redis', { skip: WITHOUT_REDIS, concurrency: 2 }, () => {
  after(assertNoUnhandledRejections);

  it('a server that is killed and comes back empty: the empty policy is not accepted', async (t) => {
    const { server, under } = await startSteadyStore(t);
    await server.stop();
    await assertFaultLogged(under, /cannot be read: /);
    await server.start();
    // Polls of the empty server, which change nothing and log nothing more.
    await sleep(DETECTION_MS);
    assertNonBlocking(under);
    equal(under.lines.length, 1);
    await server.cli('hset', POLICY, 'a', '0.75');
    await server.cli('set', REVISION, String(Date.now()));
    await assertRecoveryLogged(under, /read again$/, 0.75);
  });

  const WRONG = 'warn the sampling policy in Redis ';
  for (const { what, commands, says, repair } of [
    {
      what: 'the wrong type under the key of the policy',
      commands: [['set', POLICY, 'text']],
      says: `${WRONG}cannot be read: WRONGTYPE`,
      repair: [
        ['del', POLICY],
        ['hset', POLICY, 'a', '0.75'],
        ['incr', REVISION],
      ],
    },
    {
      what: 'the wrong type under the key of the revision',
      commands: [
        ['del', REVISION],
        ['lpush', REVISION, '1'],
      ],
      says: `${WRONG}cannot be read: WRONGTYPE`,
      repair: [
        ['set', REVISION, '8'],
        ['hset', POLICY, 'a', '0.75'],
      ],
    },
    {
      what: 'a revision that is not a number',
      commands: [['set', REVISION, 'seven']],
      says: `${WRONG}is not accepted: the revision is not an integer but 'seven'`,
      repair: [
        ['set', REVISION, '8'],
        ['hset', POLICY, 'a', '0.75'],
      ],
    },
    {
      what: 'a revision that goes backwards',
      commands: [
        ['set', REVISION, '3'],
        ['hset', POLICY, 'a', '0.125'],
      ],
      says: `${WRONG}is not accepted: the revision went back from 7 to 3`,
      repair: [
        ['set', REVISION, '8'],
        ['hset', POLICY, 'a', '0.75'],
      ],
    },
    {
      what: 'FLUSHALL',
      commands: [['flushall']],
      says: `${WRONG}is not accepted: the revision went back from 7 to none`,
      repair: [
        ['hset', POLICY, 'a', '0.75'],
        ['set', REVISION, '8'],
      ],
    },
    {
      what: 'the key of the policy evicted',
      commands: [['del', POLICY]],
      says: `${WRONG}is not accepted: the rules are gone without a higher revision`,
      repair: [['hset', POLICY, 'a', '0.75']],
    },
    {
      what: 'broken JSON',
      commands: [['hset', POLICY, 'a', '{"ratio":']],
      says: "warn the sampling rule 'a' in Redis is ignored, its last good one holds: expected JSON",
      repair: [['hset', POLICY, 'a', '0.75']],
    },
    {
      what: 'a rule out of range',
      commands: [['hset', POLICY, 'a', '{"ratio":101}']],
      says: "warn the sampling rule 'a' in Redis is ignored, its last good one holds: ratio: expected",
      repair: [['hset', POLICY, 'a', '0.75']],
    },
    {
      what: 'more rules than anyone writes',
      commands: [['eval', `for i = 1, 1001 do redis.call('HSET', KEYS[1], i, 1) end`, '1', POLICY]],
      says: `${WRONG}cannot be read: ERR more than 1000 rules`,
      repair: [
        ['del', POLICY],
        ['hset', POLICY, 'a', '0.75'],
      ],
    },
    {
      what: 'a user that may read the policy no more',
      commands: [['acl', 'setuser', 'default', '-eval']],
      says: `${WRONG}cannot be read: NOPERM`,
      repair: [
        ['acl', 'setuser', 'default', '+eval'],
        ['hset', POLICY, 'a', '0.75'],
      ],
    },
  ]) {
    it(`${what}: the policy stays in force, and its repair is detected`, async (t) => {
      const { server, under } = await startSteadyStore(t);
      for (const command of commands) await server.cli(...command);
      await assertFaultLogged(under, new RegExp(`^${says.replace(/[[\]]/g, '\\$&')}`));
      // Another poll, which changes nothing.
      await sleep(POLL_MS);
      assertNonBlocking(under);
      for (const command of repair) await server.cli(...command);
      await assertRecoveryLogged(
        under,
        /^info the sampling (policy|rule 'a') in Redis is (read|valid) again$/,
        0.75,
      );
    });
  }

  it('a replica (READONLY): the policy is read, and counts are local until it is a primary again', async (t) => {
    const [master, server] = await Promise.all([
      startRedis(['--repl-diskless-sync-delay', '0']),
      startRedis(),
    ]);
    t.after(() => Promise.all([master.stop(), server.stop()]));
    await master.cli('hset', POLICY, 'a', '0.25');
    await server.cli('replicaof', '127.0.0.1', String(master.port));
    const under = startStore(t, { redis: connectionTo(server.port), pollIntervalMs: POLL_MS });
    await eventually(() => under.ratio('a'), 0.25);
    under.lines.length = 0;
    const take = () => under.store.counters.take('cap:a', { runs: 3, perMs: 86_400_000 });
    take();
    await assertFaultLogged(
      under,
      /^warn reservoirs, caps and marks of slow runs count for each worker: .*READONLY/,
    );
    assertNonBlocking(under);
    await server.cli('replicaof', 'no', 'one');
    await eventually(
      () => {
        take();
        return under.lines.slice(1);
      },
      ['info reservoirs, caps and marks of slow runs are shared through Redis again'],
      DETECTED_WITHIN_MS,
    );
  });

  it('messages no longer permitted: logged once, the process continues, and changes are polled', async (t) => {
    const { server, under } = await startSteadyStore(t);
    await until(async () => (await server.cli('pubsub', 'channels')) !== '', { says: 'nobody listens' });
    await server.cli('acl', 'setuser', 'default', 'resetchannels');
    await assertFaultLogged(under, /^warn no messages about changes of the sampling policy: NOPERM/);
    await server.cli('hset', POLICY, 'a', '0.75');
    await server.cli('acl', 'setuser', 'default', 'allchannels');
    await assertRecoveryLogged(
      under,
      /^info messages about changes of the sampling policy arrive again$/,
      0.75,
    );
    await assertNoUnhandledRejections();
  });

  it('messages not permitted: logged once, and changes are polled', async (t) => {
    const server = await startRedis();
    t.after(() => server.stop());
    await server.cli('acl', 'setuser', 'default', 'resetchannels');
    const under = startStore(t, { redis: connectionTo(server.port), pollIntervalMs: POLL_MS });
    await assertFaultLogged(under, /^warn no messages about changes of the sampling policy: NOPERM/);
    await server.cli('hset', POLICY, 'a', '0.75');
    await eventually(() => under.ratio('a'), 0.75, DETECTED_WITHIN_MS);
    await server.cli('acl', 'setuser', 'default', 'allchannels');
    await assertRecoveryLogged(
      under,
      /^info messages about changes of the sampling policy arrive again$/,
      0.75,
    );
  });
});
