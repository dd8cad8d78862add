/** Channels: the meaning of receivers' responses, the pauses between attempts, and Slack's messages. */
import { deepEqual, doesNotMatch, equal, match, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Channels } from '../alerts/channels/channels';
import { post } from '../alerts/channels/post';
import { retryDelayMs } from '../alerts/channels/retry';
import { environmentSecrets } from '../alerts/channels/secrets';
import { slackMessage } from '../alerts/channels/slack';
import { resolveAlerts } from '../alerts/config/resolve';
import type { AlertMessage } from '../alerts/incident/message';
import type { AlertPayload } from '../alerts/payload';
import { HOOK_KEY, Receiver } from './support/alerts/receiver';

const DAY_MS = 86_400_000;
const MESSAGE: AlertMessage = {
  id: 'msg_1',
  key: 'failure',
  type: 'job.overdue',
  state: 'open',
  sinceMs: 1_000,
  facts: { withinMs: 60_000 },
  queuedMs: 2_000,
};
const JOB = { kind: 'job', name: 'nightly' } as const;

describe('the pauses between attempts', () => {
  it('are 2, 5, 15, 30, 60 s, then 5 minutes, for a day', () => {
    const pauses: number[] = [];
    let elapsedMs = 0;
    for (let attempt = 1; ; attempt++) {
      const pause = retryDelayMs(attempt, elapsedMs);
      if (pause === undefined) break;
      pauses.push(pause / 1_000);
      elapsedMs += pause;
    }
    deepEqual(pauses.slice(0, 7), [2, 5, 15, 30, 60, 300, 300]);
    ok(elapsedMs <= DAY_MS && elapsedMs > DAY_MS - 300_000, `${elapsedMs}`);
  });

  it('allow 17 attempts in the first hour', () => {
    let elapsedMs = 0;
    let attempt = 1;
    for (; elapsedMs < 3_600_000; attempt++) elapsedMs += retryDelayMs(attempt, elapsedMs) ?? 0;
    equal(attempt - 1, 17);
  });

  it('are at least as long as Retry-After, within the day', () => {
    deepEqual(
      [retryDelayMs(1, 0, 60_000), retryDelayMs(6, 0, 1_000), retryDelayMs(1, DAY_MS - 1_000, 60_000)],
      [60_000, 300_000, undefined],
    );
  });
});

describe('a response', () => {
  let receiver: Receiver;
  before(async () => {
    receiver = await Receiver.start();
  });
  after(() => receiver.close());
  const send = (timeoutMs?: number) => post({ url: `${receiver.url}/x`, headers: {}, body: '{}' }, timeoutMs);

  const table: readonly [status: number, kind: string][] = [
    [200, 'delivered'],
    [204, 'delivered'],
    [302, 'refused'],
    [400, 'refused'],
    [401, 'refused'],
    [403, 'refused'],
    [404, 'refused'],
    [408, 'retry'],
    [410, 'gone'],
    [425, 'retry'],
    [429, 'retry'],
    [500, 'retry'],
    [503, 'retry'],
  ];
  for (const [status, kind] of table) {
    it(`${status} means ${kind}`, async () => {
      receiver.answer = () => status;
      equal((await send()).kind, kind);
    });
  }

  it('429 sets the earliest next attempt', async () => {
    receiver.answer = () => ({ status: 429, headers: { 'retry-after': '7' } });
    deepEqual(await send(), { kind: 'retry', why: 'HTTP status 429', afterMs: 7_000 });
  });

  it('is awaited no longer than the timeout', async () => {
    receiver.answer = () => 'hang';
    deepEqual(await send(300), { kind: 'retry', why: 'no answer (timed out after 300 ms)' });
  });

  it('that cannot be received is an error without the address', async () => {
    const gone = await Receiver.start();
    await gone.close();
    const result = await post({ url: `${gone.url}/secret-path`, headers: {}, body: '' });
    deepEqual(result, { kind: 'retry', why: 'no answer (ECONNREFUSED)' });
  });
});

describe('channels', () => {
  let receiver: Receiver;
  before(async () => {
    receiver = await Receiver.start();
  });
  after(() => receiver.close());

  function channels(env: Record<string, string> = { HOOK_KEY }): Channels {
    const headers = { 'X-Team': 'batch', Authorization: { secret: 'TEAM_TOKEN' } };
    const config = resolveAlerts({
      channels: {
        hook: receiver.channel(),
        team: { ...receiver.channel('/hook/team'), headers },
        slack: { type: 'slack', url: { secret: 'SLACK_URL' } },
      },
    });
    return new Channels('default', config, environmentSecrets(env));
  }

  it('sign each message, with the same id on every attempt', async () => {
    receiver.answer = () => 204;
    const all = channels();
    // The receiver checks signatures with the package of Standard Webhooks.
    equal((await all.send('hook', JOB, MESSAGE)).kind, 'delivered');
    equal((await all.send('hook', JOB, MESSAGE)).kind, 'delivered');
    deepEqual(
      receiver.taken('/hook').map(({ id }) => id),
      ['msg_1', 'msg_1'],
    );
  });

  it('send the headers that the configuration names', async () => {
    await channels({ HOOK_KEY, TEAM_TOKEN: 'Bearer abc' }).send('team', JOB, MESSAGE);
    const [sent] = receiver.taken('/hook/team');
    deepEqual([sent?.headers['x-team'], sent?.headers.authorization], ['batch', 'Bearer abc']);
  });

  it('that answered 410 Gone get no further messages', async () => {
    receiver.answer = () => 410;
    const all = channels();
    deepEqual(await all.send('hook', JOB, MESSAGE), { kind: 'gone', why: 'HTTP status 410' });
    const before = receiver.received.length;
    match(
      JSON.stringify(await all.send('hook', JOB, MESSAGE)),
      /refused.*the channel was stopped: HTTP status 410/,
    );
    deepEqual([receiver.received.length, all.stopped], [before, ['hook']]);
  });

  it('that are not configured are unknown', async () => {
    deepEqual(await channels().send('other', JOB, MESSAGE), {
      kind: 'unknown',
      why: 'there is no channel other in the configuration',
    });
  });

  it('with missing or invalid secrets name them, and retry', async () => {
    const secret = 'not-base64-but-secret!';
    const problems = await channels({
      HOOK_KEY: secret,
      SLACK_URL: `hooks.slack.example/${secret}`,
    }).problems();
    const [hook, , slack] = problems.map(({ text }) => text);
    deepEqual(
      problems.map(({ channel, isLasting }) => [channel, isLasting]),
      [
        ['hook', true],
        ['team', true],
        ['slack', true],
      ],
    );
    match(hook ?? '', /channels\.hook: secret "HOOK_KEY": expected Base64 of 24 to 64 bytes/);
    match(slack ?? '', /channels\.slack: secret "SLACK_URL": expected an http or https address/);
    doesNotMatch(JSON.stringify(problems), /not-base64/);
    const result = await channels({}).send('hook', JOB, MESSAGE);
    equal(result.kind, 'retry');
    match(JSON.stringify(result), /the environment variable HOOK_KEY, or HOOK_KEY_FILE/);
  });
});

describe('Slack', () => {
  function slackBody(text: string, more: Partial<AlertPayload['data']> = {}): string {
    const data = { state: 'open', namespace: 'n', text, since: '2026-01-01T00:00:00.000Z', ...more } as const;
    return JSON.stringify(slackMessage({ type: 'job.failed', timestamp: data.since, data }));
  }

  it('mentions nobody, whatever the names of jobs and errors are', () => {
    const evil = '<!channel> <@U123> <!here|x> @here @channel @everyone <https://evil|click>';
    const body = slackBody(evil, { error: { message: `${evil} \`\`\`` } });
    doesNotMatch(body, /<!|<@|@here|@channel|@everyone|<https:\/\/evil/);
    match(body, /&lt;!channel&gt;/);
    equal((body.match(/```/g) ?? []).length, 2);
  });

  it('gets sections of at most 3,000 characters, never cut within an escape', () => {
    const body = slackBody('&'.repeat(10_000), { error: { message: '<'.repeat(10_000) } });
    const { blocks, text } = JSON.parse(body);
    const lengths = blocks.map((block: { text?: { text: string } }) => block.text?.text.length ?? 0);
    ok(
      [...lengths, text.length].every((length: number) => length <= 3_000),
      lengths.join(),
    );
    doesNotMatch(body, /&(?!amp;|lt;|gt;)/);
  });

  it('gets links, and a plain-text fallback', () => {
    const links = { trace: 'http://t/1?a=1&b=2', run: 'http://c/1' };
    const body = JSON.parse(slackBody('nightly failed', { links }));
    equal(body.text, 'job.failed: nightly failed');
    match(JSON.stringify(body.blocks), /<http:\/\/t\/1\?a=1&amp;b=2\|Trace> · <http:\/\/c\/1\|Run>/);
  });
});
