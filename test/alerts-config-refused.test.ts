/** A wrong configuration is refused: what is wrong is named with what was expected and what was given. */
import { throws } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { resolveAlerts } from '../alerts/config/resolve';

const WEBHOOK = { type: 'webhook', url: 'https://alerts.example/hook', secret: { secret: 'HOOK_KEY' } };
const SLACK = { type: 'slack', url: { secret: 'SLACK_URL' } };
const CHANNELS = { oncall: WEBHOOK, team: SLACK };

describe('a wrong configuration is refused', () => {
  const withChannel = (channel: unknown) => ({ channels: { oncall: channel } });
  const withDefault = (rule: unknown) => ({ channels: CHANNELS, default: rule });
  const table: readonly [what: string, config: unknown, message: RegExp][] = [
    ['no object', 'alerts', /configuration: expected an object with 'channels', got a string$/],
    [
      'a misspelt member',
      { channels: CHANNELS, job: {} },
      /job alerts: job: expected one of channels, default/,
    ],
    ['no channels', {}, /channels: expected at least one channel by name, got undefined$/],
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
    [
      'no kind',
      withChannel({ url: 'https://x' }),
      /oncall\.type: expected 'webhook' or 'slack', got undefined/,
    ],
    [
      'only an address',
      withChannel('https://x'),
      /oncall: expected an object with type and url, got a string$/,
    ],
    [
      'a list of channels',
      { channels: [SLACK] },
      /channels: expected at least one channel by name, got an array$/,
    ],
    [
      'no address',
      withChannel({ ...WEBHOOK, url: undefined }),
      /oncall\.url: expected an http or https address/,
    ],
    [
      'a password in an address',
      withChannel({ ...WEBHOOK, url: 'https://me:pw@alerts.example' }),
      /oncall\.url: expected an http or https address without user name and password, or .* got an address that has them$/,
    ],
    [
      'a password in an address of links',
      { channels: CHANNELS, consoleUrl: 'http://me:pw@console' },
      /consoleUrl: .* got an address that has them$/,
    ],
    [
      'a query in an address of links',
      { channels: CHANNELS, webUiUrl: 'http://web?theme=dark' },
      /webUiUrl: .* got an address that has them$/,
    ],
    ['another protocol', withChannel({ ...SLACK, url: 'ftp://x' }), /oncall\.url: .* got another string$/],
    [
      'a secret in the file',
      withChannel({ ...WEBHOOK, secret: 'whsec_abc' }),
      /oncall\.secret: .* got a string$/,
    ],
    ['a secret without a name', withChannel({ ...WEBHOOK, secret: {} }), /oncall\.secret: .*"NAME"/],
    ['no secret', withChannel({ ...WEBHOOK, secret: undefined }), /oncall\.secret: .* got undefined$/],
    [
      'an empty name of a secret',
      withChannel({ ...SLACK, url: { secret: '' } }),
      /oncall\.url\.secret: expected the name of an environment variable.*, got an empty string$/,
    ],
    [
      'a secret that no shell can name',
      withChannel({ ...SLACK, url: { secret: 'a-b' } }),
      /oncall\.url\.secret: .* got a string$/,
    ],
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
    [
      'a header of the signature',
      withChannel({ ...WEBHOOK, headers: { 'Webhook-Id': '1' } }),
      /headers: expected no header that the message or the connection sets, got 'Webhook-Id'/,
    ],
    [
      'a header of the connection',
      withChannel({ ...WEBHOOK, headers: { host: 'x' } }),
      /headers: expected no header that .* got 'host'/,
    ],
    [
      'a header twice',
      withChannel({ ...WEBHOOK, headers: { 'X-A': '1', 'x-a': '2' } }),
      /headers: expected each header once, got 'x-a'/,
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
    [
      'zero as a duration',
      withDefault({ successWithin: 0 }),
      /default\.successWithin: expected a duration with its unit, .*, from 1 second to 35 days, got 0/,
    ],
    ['a duration below zero', withDefault({ remindEvery: '-1 day' }), /remindEvery: .* got '-1 day'/],
    [
      'a duration without overdue',
      { channels: CHANNELS, jobs: { a: { on: ['failed'], successWithin: '1h' } } },
      /jobs\['a'\]\.on: expected a list with 'overdue', since the rule has successWithin, got \[ 'failed' \]/,
    ],
    [
      'a limit without slow',
      { channels: CHANNELS, jobs: { a: { on: ['failed'], overMs: 5_000 } } },
      /jobs\['a'\]\.on: expected a list with 'slow', since the rule has overMs/,
    ],
    [
      'a misspelt member of a preset',
      { channels: CHANNELS, traceUrl: { preset: 'jaeger', baseUrl: 'http://j', base: 'x' } },
      /traceUrl\.base: expected one of preset, baseUrl, got 'base'/,
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
      /consoleUrl: expected an http or https address without .*, got 'console:4318'/,
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
      { ...WEBHOOK, url: `https://me:${secret}@alerts.example` },
      { ...WEBHOOK, headers: { authorization: `${secret}\n` } },
      { ...WEBHOOK, headers: [secret] },
      { ...WEBHOOK, headers: { [`authorization: ${secret}`]: 'x' } },
      { ...WEBHOOK, [secret]: 'url' },
      { ...WEBHOOK, secret: { [secret]: 'HOOK_KEY' } },
      { ...WEBHOOK, type: secret },
      { ...WEBHOOK, type: [secret] },
      [secret],
      secret,
    ]) {
      throws(
        () => resolveAlerts(withChannel(channel)),
        ({ message }: Error) => !message.includes('c2VjcmV0'),
      );
    }
    const address = `https://hooks.example/${secret.slice(6)}`;
    for (const config of [
      { [address]: SLACK },
      { channels: { [address]: SLACK } },
      { channels: { a: { type: address } } },
      withDefault({ to: address }),
      withDefault({ to: [address] }),
      withDefault({ successWithin: address }),
      { channels: CHANNELS, jobs: { a: address } },
      [{ type: 'slack', url: secret }],
      { channels: [{ type: 'slack', url: secret }] },
      { channels: CHANNELS, consoleUrl: `http://me:${secret}@console` },
      { channels: CHANNELS, traceUrl: `http://me:${secret}@jaeger/{traceId}` },
    ])
      throws(
        () => resolveAlerts(config),
        ({ message }: Error) => !message.includes('c2VjcmV0'),
      );
  });
});
