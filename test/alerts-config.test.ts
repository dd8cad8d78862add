/** The configuration of alerts: what rules leave out, and what they mean. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { resolveAlerts } from '../alerts/config/resolve';

const WEBHOOK = { type: 'webhook', url: 'https://alerts.example/hook', secret: { secret: 'HOOK_KEY' } };
const SLACK = { type: 'slack', url: { secret: 'SLACK_URL' } };
const CHANNELS = { oncall: WEBHOOK, team: SLACK };
const ALL = ['failed', 'failing', 'recovered', 'slow', 'no_worker', 'stuck'];

describe('a configuration', () => {
  it('needs only a channel', () => {
    const { channels, default: rule, jobs, pollIntervalMs } = resolveAlerts({ channels: CHANNELS });
    deepEqual(
      [...channels],
      [
        ['oncall', WEBHOOK],
        ['team', SLACK],
      ],
    );
    deepEqual(rule, {
      on: ALL,
      to: ['oncall', 'team'],
      after: 1,
      recoverAfter: 1,
      remindEveryMs: 86_400_000,
    });
    equal(jobs.size, 0);
    equal(pollIntervalMs, 5_000);
  });

  it('has rules that inherit missing members from default', () => {
    const { jobs } = resolveAlerts({
      channels: CHANNELS,
      default: { to: ['oncall'], after: 2, on: ['failed'] },
      jobs: {
        'billing-*': { successWithin: '26h', recoverAfter: 3 },
        quick: { overMs: 1_000, on: ['slow'] },
      },
    });
    deepEqual(jobs.get('billing-*'), {
      on: ['failed', 'overdue'],
      to: ['oncall'],
      after: 2,
      recoverAfter: 3,
      successWithinMs: 93_600_000,
      remindEveryMs: 86_400_000,
    });
    deepEqual(jobs.get('quick')?.on, ['slow']);
    equal(jobs.get('quick')?.overMs, 1_000);
  });

  it('reports overdue only with successWithin', () => {
    const { default: rule } = resolveAlerts({
      channels: CHANNELS,
      default: { on: ['failed'], successWithin: '1 minute' },
    });
    deepEqual(rule.on, ['failed']);
  });

  it('reports slow and overdue by a rule with such a limit, whatever default says', () => {
    const { jobs } = resolveAlerts({
      channels: CHANNELS,
      default: { on: ['failed'] },
      jobs: { slow: { overMs: 1_000 }, late: { successWithin: '1h' }, own: { on: ['stuck'] } },
    });
    deepEqual(
      ['slow', 'late', 'own'].map((job) => jobs.get(job)?.on),
      [['failed', 'slow'], ['failed', 'overdue'], ['stuck']],
    );
  });

  it('has the same hash whatever the order of its members', () => {
    const one = resolveAlerts({ channels: CHANNELS, consoleUrl: 'http://c', webUiUrl: 'http://w' });
    const other = resolveAlerts({ webUiUrl: 'http://w', consoleUrl: 'http://c', channels: CHANNELS });
    const third = resolveAlerts({ channels: CHANNELS, consoleUrl: 'http://d', webUiUrl: 'http://w' });
    equal(one.hash, other.hash);
    ok(one.hash !== third.hash);
    match(one.hash, /^[0-9a-f]{16}$/);
  });

  it('strips trailing slashes from addresses, and compiles traceUrl', () => {
    const { consoleUrl, traceUrl } = resolveAlerts({
      channels: CHANNELS,
      consoleUrl: 'http://console:4318/',
      traceUrl: { preset: 'jaeger', baseUrl: 'http://jaeger:16686' },
    });
    deepEqual(
      [consoleUrl, traceUrl],
      ['http://console:4318', 'http://jaeger:16686/trace/{traceId}?uiFind={spanId}'],
    );
  });
});
