/** The configuration of alerts is checked at start: what is wrong is named with what was expected and what was given. */
import { deepEqual, equal, match, ok, throws } from 'node:assert/strict';
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

describe('a wrong configuration is refused', () => {
  const withChannel = (channel: unknown) => ({ channels: { oncall: channel } });
  const withDefault = (rule: unknown) => ({ channels: CHANNELS, default: rule });
  const table: readonly [what: string, config: unknown, message: RegExp][] = [
    ['no object', 'alerts', /configuration: expected an object with 'channels', got 'alerts' \(string\)/],
    [
      'a misspelt member',
      { channels: CHANNELS, job: {} },
      /job alerts: job: expected one of channels, default/,
    ],
    ['no channels', {}, /channels: expected at least one channel by name, got undefined/],
    ['none in them', { channels: {} }, /channels: expected at least one channel by name/],
    ['a name with a space', { channels: { 'on call': WEBHOOK } }, /channels: expected names of letters/],
    [
      'a bare number as a duration',
      withDefault({ successWithin: 26 }),
      /default\.successWithin: expected "26 s", got 26 \(number\)/,
    ],
    [
      'an unknown kind',
      withChannel({ type: 'mail' }),
      /oncall\.type: expected 'webhook' or 'slack', got 'mail'/,
    ],
    ['no kind', withChannel('https://x'), /oncall\.type: expected 'webhook' or 'slack', got undefined/],
    [
      'no address',
      withChannel({ ...WEBHOOK, url: undefined }),
      /oncall\.url: expected an http or https address/,
    ],
    ['another protocol', withChannel({ ...SLACK, url: 'ftp://x' }), /oncall\.url: .* got 'a string'/],
    [
      'a secret in the file',
      withChannel({ ...WEBHOOK, secret: 'whsec_abc' }),
      /oncall\.secret: .* got 'a string'/,
    ],
    ['a secret without a name', withChannel({ ...WEBHOOK, secret: {} }), /oncall\.secret: .*"NAME"/],
    ['a secret that no shell can name', withChannel({ ...SLACK, url: { secret: 'a-b' } }), /oncall\.url: /],
    [
      'a member of another kind',
      withChannel({ ...SLACK, secret: { secret: 'A' } }),
      /oncall\.secret: expected one of type, url/,
    ],
    [
      'headers that are a list',
      withChannel({ ...WEBHOOK, headers: [] }),
      /oncall\.headers: expected headers by name/,
    ],
    [
      'a header with a line break',
      withChannel({ ...WEBHOOK, headers: { a: 'b\nc' } }),
      /headers\.a: expected printable ASCII/,
    ],
    [
      'a header name with a colon',
      withChannel({ ...WEBHOOK, headers: { 'a:': 'b' } }),
      /headers: expected names of headers/,
    ],
    ['a rule that is a list', withDefault([]), /default: expected a rule, got \[\]/],
    [
      'a misspelt member of a rule',
      withDefault({ sucessWithin: '1h' }),
      /default\.sucessWithin: expected one of on, to/,
    ],
    [
      'an unknown event',
      withDefault({ on: ['broken'] }),
      /default\.on: expected a list of events: failed, .* got 'broken'/,
    ],
    ['no event', withDefault({ on: [] }), /default\.on: expected a list of events/],
    ['an unknown channel', withDefault({ to: ['pager'] }), /default\.to: .*oncall, team, got 'pager'/],
    [
      'one channel that is not a list',
      withDefault({ to: 'oncall' }),
      /default\.to: .* got 'oncall' \(string\)/,
    ],
    [
      'after no failure',
      withDefault({ after: 0 }),
      /default\.after: expected an integer from 1 to 100, got 0/,
    ],
    ['half a success', withDefault({ recoverAfter: 1.5 }), /default\.recoverAfter: .* got 1\.5/],
    [
      'over less than a second',
      withDefault({ overMs: 500 }),
      /default\.overMs: expected an integer from 1,000/,
    ],
    [
      'a duration that is none',
      withDefault({ successWithin: 'daily' }),
      /default\.successWithin: expected a duration with its unit/,
    ],
    ['a reminder every year', withDefault({ remindEvery: '365 days' }), /default\.remindEvery: .*35 days/],
    [
      'overdue without a duration',
      withDefault({ on: ['overdue'] }),
      /default\.successWithin: expected a duration, since 'on' has 'overdue'/,
    ],
    ['jobs that are a list', { channels: CHANNELS, jobs: [] }, /jobs: expected rules by job name or pattern/],
    [
      'a job without a name',
      { channels: CHANNELS, jobs: { '': {} } },
      /jobs: expected a job name or pattern of 1 to 255 characters/,
    ],
    [
      'a job with too long a name',
      { channels: CHANNELS, jobs: { [`${'a'.repeat(255)}*`]: {} } },
      /jobs: expected a job name or pattern of 1 to 255 characters/,
    ],
    [
      'a wrong rule of a job',
      { channels: CHANNELS, jobs: { 'a-*': { after: 'x' } } },
      /jobs\['a-\*'\]\.after: .* got 'x'/,
    ],
    [
      'a console without protocol',
      { channels: CHANNELS, consoleUrl: 'console:4318' },
      /consoleUrl: expected an http or https address, got 'console:4318'/,
    ],
    ['a Web UI that is a number', { channels: CHANNELS, webUiUrl: 8233 }, /webUiUrl: .* got 8233 \(number\)/],
    [
      'a trace link without its id',
      { channels: CHANNELS, traceUrl: 'http://x/' },
      /traceUrl: expected a template with \{traceId\} or \{runId\}/,
    ],
    [
      'a heartbeat that is none',
      { channels: CHANNELS, heartbeatUrl: 'x' },
      /heartbeatUrl: expected an http or https address/,
    ],
    [
      'a poll every 100 ms',
      { channels: CHANNELS, pollIntervalMs: 100 },
      /pollIntervalMs: expected an integer from 1,000 to 60,000, got 100/,
    ],
  ];
  for (const [what, config, message] of table) {
    it(what, () => {
      throws(
        () => resolveAlerts(config),
        (error) => error instanceof TypeError && message.test(error.message),
      );
    });
  }

  it('without showing values that may be secret', () => {
    const secret = 'whsec_c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0';
    for (const channel of [
      { ...WEBHOOK, secret },
      { ...WEBHOOK, url: `x:${secret}` },
      { ...WEBHOOK, secret: { secret } },
    ]) {
      throws(
        () => resolveAlerts(withChannel(channel)),
        ({ message }: Error) => !message.includes('c2VjcmV0'),
      );
    }
  });
});
