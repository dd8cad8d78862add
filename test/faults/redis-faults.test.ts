/**
 * Faults of the connection to Redis do not affect runs: the last valid policy stays in force, and no call waits; one
 * line is logged at the begin and one at the end.
 */
import { deepEqual, doesNotMatch, equal, ok } from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../testing/free-port.js';
import { startRedis, WITHOUT_REDIS } from '../../testing/redis-server.js';
import { type Fault, startFaultProxy } from '../support/fault-proxy.js';
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
import { connectionTo, eventually, FALLBACK, startStore } from '../support/redis-store.js';
import { certificate } from '../support/tls-proxy.js';

/** Far more than the timeout of a request, for a busy machine. */
const CLOSED_WITHIN_MS = 10_000;

describe('a fault in the connection to Redis', { skip: WITHOUT_REDIS, concurrency: 2 }, () => {
  after(assertNoUnhandledRejections);

  for (const fault of ['drop', 'reset', 'hang', 5_000] as const) {
    it(`connections that ${describeFault(fault)}: the policy stays in force, and Redis recovers`, async (t) => {
      const { server, proxy, under } = await startSteadyStore(t);
      proxy.set(fault);
      await assertFaultLogged(
        under,
        /^warn the sampling policy in Redis cannot be read: .+; the last good policy holds/,
      );
      await server.cli('hset', POLICY, 'a', '0.75');
      // Another poll, which changes nothing.
      await sleep(POLL_MS);
      assertNonBlocking(under);
      proxy.set('pass');
      await assertRecoveryLogged(under, /^info the sampling policy in Redis is read again$/, 0.75);
    });
  }

  it('slow replies within the timeout are not a fault', async (t) => {
    const { server, proxy, under } = await startSteadyStore(t);
    proxy.set(200);
    await server.cli('hset', POLICY, 'a', '0.75');
    await eventually(() => under.ratio('a'), 0.75, DETECTED_WITHIN_MS);
    assertNonBlocking(under, 0.75);
    deepEqual(under.lines, []);
  });

  it('a server that is down at the start: the fallback applies until it is up', async (t) => {
    const server = await startRedis();
    t.after(() => server.stop());
    await server.stop();
    const under = startStore(t, { redis: connectionTo(server.port), pollIntervalMs: POLL_MS });
    assertNonBlocking(under, 0.5);
    await assertFaultLogged(under, /cannot be read: connect ECONNREFUSED 127\.0\.0\.1:\d+; /);
    assertNonBlocking(under, 0.5);
    await server.start();
    await server.cli('hset', POLICY, 'a', '0.75');
    await assertRecoveryLogged(under, /^info the sampling policy in Redis is read again$/, 0.75);
  });

  it('a network that drops the first packet: the fallback applies at once', async (t) => {
    const server = await startRedis();
    const proxy = await startFaultProxy(server.port);
    t.after(() => Promise.all([proxy.close(), server.stop()]));
    proxy.set('hang');
    const under = startStore(t, { redis: connectionTo(proxy.port), pollIntervalMs: POLL_MS });
    await assertFaultLogged(under, /cannot be read: no answer within 600 ms; /);
    assertNonBlocking(under, 0.5);
    await server.cli('hset', POLICY, 'a', '0.75');
    proxy.set('pass');
    await assertRecoveryLogged(under, /read again$/, 0.75);
  });

  it('authentication refused: reported without the password, until it is accepted', async (t) => {
    const server = await startRedis(['--requirepass', 'right'], ['--no-auth-warning', '-a', 'right']);
    t.after(() => server.stop());
    await server.cli('hset', POLICY, 'a', '0.75');
    const redis = connectionTo(server.port, { password: 'wrong-secret' });
    const under = startStore(t, { redis, pollIntervalMs: POLL_MS });
    await assertFaultLogged(under, /cannot be read: WRONGPASS/);
    assertNonBlocking(under, 0.5);
    // More polls, which log nothing more.
    await sleep(DETECTION_MS);
    equal(under.lines.length, 1);
    doesNotMatch(under.lines.join(), /secret/);
    await server.cli('acl', 'setuser', 'default', '>wrong-secret');
    await assertRecoveryLogged(under, /read again$/, 0.75);
  });

  it('an unknown certificate, or a server without TLS: reported, and the fallback applies', async (t) => {
    const directory = mkdtempSync(join(tmpdir(), 'redis-tls-'));
    t.after(() => rmSync(directory, { recursive: true }));
    const { cert, key } = await certificate(directory, 'redis');
    const tlsPort = await freePort();
    const tls = ['--tls-port', String(tlsPort), '--tls-cert-file', cert, '--tls-key-file', key];
    const server = await startRedis([...tls, '--tls-auth-clients', 'no']);
    t.after(() => server.stop());
    const unknown = startStore(t, { redis: connectionTo(tlsPort, { tls: {} }), pollIntervalMs: POLL_MS });
    const plain = startStore(t, { redis: connectionTo(server.port, { tls: {} }), pollIntervalMs: POLL_MS });
    const trusted = connectionTo(tlsPort, { tls: { rejectUnauthorized: false } });
    const good = startStore(t, { redis: trusted, pollIntervalMs: POLL_MS });
    await assertFaultLogged(unknown, /cannot be read: self-signed certificate; /);
    await assertFaultLogged(plain, /cannot be read: .+; /);
    // Another poll, which logs nothing more.
    await sleep(POLL_MS);
    for (const under of [unknown, plain]) {
      assertNonBlocking(under, 0.5);
      equal(under.lines.length, 1);
    }
    await server.cli('hset', POLICY, 'a', '0.75');
    await eventually(() => good.ratio('a'), 0.75, DETECTED_WITHIN_MS);
    deepEqual(good.lines, []);
  });

  it('a policy that Redis has not confirmed for the maximum age is replaced by the fallback', async (t) => {
    const { server, proxy, under } = await startSteadyStore(t, { maxAgeMs: 3_000 });
    proxy.set('drop');
    await assertFaultLogged(under, /cannot be read/);
    assertNonBlocking(under);
    await eventually(() => under.store.current(), FALLBACK, DETECTED_WITHIN_MS);
    deepEqual(under.lines.slice(1), [
      "warn the sampling policy from Redis is too old, the plugin's option sampling holds instead",
    ]);
    await server.cli('set', REVISION, '1');
    proxy.set('pass');
    await eventually(() => under.ratio('a'), 0.25, DETECTED_WITHIN_MS);
    deepEqual(under.lines.slice(2), [
      'info the sampling policy in Redis is read again',
      'info the sampling policy from Redis holds again',
    ]);
  });

  for (const fault of ['hang', 'drop'] as const) {
    it(`a store that is closed while connections ${describeFault(fault)} is closed all the same`, async (t) => {
      const { proxy, under } = await startSteadyStore(t);
      proxy.set(fault);
      // By then, a request is under way.
      await sleep(POLL_MS);
      const start = performance.now();
      await under.store.close();
      ok(performance.now() - start < CLOSED_WITHIN_MS);
      const connections = proxy.connections();
      // Nothing connects again.
      await sleep(DETECTION_MS);
      equal(proxy.connections(), connections);
      assertNonBlocking(under);
    });
  }
});

function describeFault(fault: Fault): string {
  if (typeof fault === 'number') return `answer ${fault} ms late`;
  return { pass: 'are fine', drop: 'end', reset: 'are reset', hang: 'hang' }[fault];
}
