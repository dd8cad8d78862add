/**
 * Who may read the console: a page of another origin can neither read nor write, nobody reaches it from the network
 * without its token, and senders of spans need it as well.
 */
import { deepEqual, equal, match, rejects } from 'node:assert/strict';
import { request } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { ConsoleError } from '../../console/console-error';
import { type RunningConsole, startConsole } from '../../console/start';
import type { ConsoleStatus } from '../../console/types';
import { startConsoleFor } from '../support/console';

/** Nothing answers there: none of this needs Temporal. */
const NOWHERE = { address: '127.0.0.1:1' };
const TOKEN = 'a token that nobody guesses';

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: string;
}

/** A request with any headers: `fetch` would set its own `Host`. */
function ask(
  url: string,
  { method = 'GET', headers = {}, body = '' }: { method?: string; headers?: object; body?: string } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers: { ...headers } }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }),
      );
    });
    sent.on('error', reject).end(body);
  });
}

describe('a console on this machine', () => {
  let running: RunningConsole;
  before(async () => {
    running = await startConsoleFor(NOWHERE);
  });
  after(() => running.close());

  it('needs no token, and answers /healthz', async () => {
    equal((await ask(`${running.url}/api/status`)).status, 200);
    deepEqual((await ask(`${running.url}/healthz`)).body, 'ok');
  });

  it('keeps the connection of an exporter that sends every five seconds', async () => {
    const { headers } = await ask(`${running.url}/healthz`, { headers: { connection: 'keep-alive' } });
    equal(headers['keep-alive'], 'timeout=65');
  });

  it('refuses requests with a foreign host, as in DNS rebinding', async () => {
    const { port } = new URL(running.url);
    for (const host of ['evil.example', `evil.example:${port}`, '10.0.0.1', 'localhost.evil.example']) {
      const answer = await ask(`${running.url}/api/jobs`, { headers: { host } });
      equal(answer.status, 403, host);
    }
    const refused = await ask(`${running.url}/api/jobs`, { headers: { host: 'evil.example' } });
    match(refused.body, /The host evil\.example is not allowed.*--allowed-host/);
    for (const host of [`localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`, 'LOCALHOST'])
      equal((await ask(`${running.url}/api/jobs`, { headers: { host } })).status, 200, host);
  });

  it('is reached by any loopback address that it listens on, also in brackets', async () => {
    const other = await startConsoleFor(NOWHERE, { host: '127.0.0.2' });
    const { status } = await ask(`${other.url}/api/status`);
    await other.close();
    equal(status, 200);
    const bracketed = startConsoleFor(NOWHERE, { host: '[::1]' });
    const outcome = await bracketed.then(
      ({ url, close }) => close().then(() => url),
      (error: Error) => error.message,
    );
    // There are machines without IPv6.
    match(outcome, /^http:\/\/\[::1\]:\d+$|^Cannot listen on ::1:0: /);
  });

  it('cannot be read by a page of another origin', async () => {
    for (const site of ['cross-site', 'same-site'])
      for (const mode of ['cors', 'no-cors'])
        equal(
          (
            await ask(`${running.url}/api/jobs`, {
              headers: { 'sec-fetch-site': site, 'sec-fetch-mode': mode },
            })
          ).status,
          403,
        );
    const foreign = await ask(`${running.url}/api/jobs`, { headers: { origin: 'https://evil.example' } });
    equal(foreign.status, 403);
    equal(foreign.headers['access-control-allow-origin'], undefined);
    const preflight = await ask(`${running.url}/api/jobs`, {
      method: 'OPTIONS',
      headers: { origin: 'https://evil.example', 'access-control-request-method': 'GET' },
    });
    equal(preflight.status, 403);
    // A link in a chat leads here all the same.
    const link = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
    equal((await ask(`${running.url}/api/status`, { headers: link })).status, 200);
  });

  it('refuses spans from a web page', async () => {
    const type = 'application/json';
    const body = '{"resourceSpans":[]}';
    const post = (headers: object) => ask(`${running.url}/v1/traces`, { method: 'POST', headers, body });
    equal((await post({ 'content-type': type })).status, 200);
    equal((await post({ 'content-type': type, origin: running.url })).status, 403);
    equal((await post({ 'content-type': type, 'sec-fetch-site': 'none' })).status, 403);
    equal((await post({})).status, 415);
    equal((await post({ 'content-type': 'text/plain' })).status, 415);
  });

  it('is read-only, and sends headers that isolate its pages', async () => {
    for (const method of ['POST', 'PUT', 'DELETE'])
      equal((await ask(`${running.url}/api/jobs`, { method })).status, 405);
    const { headers } = await ask(`${running.url}/`);
    equal(
      headers['content-security-policy'],
      "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'",
    );
    equal(headers['x-content-type-options'], 'nosniff');
    equal(headers['referrer-policy'], 'same-origin');
  });
});

describe('a console with a token', () => {
  let running: RunningConsole;
  const at = (path: string) => `${running.url.replace('0.0.0.0', '127.0.0.1')}${path}`;

  before(async () => {
    running = await startConsoleFor(NOWHERE, {
      host: '0.0.0.0',
      token: TOKEN,
      allowedHosts: ['console.example'],
    });
  });
  after(() => running.close());

  it('does not start on the network without one', async () => {
    for (const host of ['0.0.0.0', '::', '192.0.2.1'])
      await rejects(startConsole({ host, port: 0, temporal: NOWHERE }), (error: Error) => {
        match(
          error.message,
          /opens the console to the network: set JOB_TRACING_CONSOLE_TOKEN or --token-file/,
        );
        return error instanceof ConsoleError;
      });
  });

  it('shows nothing without the token', async () => {
    equal((await ask(at('/api/jobs'))).status, 401);
    equal((await ask(at('/api/events'))).status, 401);
    const page = await ask(at('/jobs/nightly?result=failure'));
    equal(page.status, 303);
    equal(page.headers.location, '/login?to=%2Fjobs%2Fnightly%3Fresult%3Dfailure');
    equal((await ask(at('/healthz'))).status, 200);
    equal((await ask(at('/api/jobs'), { headers: { authorization: `Bearer ${TOKEN}x` } })).status, 401);
    equal((await ask(at('/api/jobs'), { headers: { authorization: `Bearer ${TOKEN}` } })).status, 200);
  });

  it('is reached by its address and the names of --allowed-host', async () => {
    const headers = { authorization: `Bearer ${TOKEN}` };
    for (const [host, status] of [
      ['console.example', 200],
      ['console.example:443', 200],
      ['192.0.2.7:4318', 200],
      ['evil.example', 403],
    ] as const)
      equal((await ask(at('/api/jobs'), { headers: { ...headers, host } })).status, status, host);
  });

  const login = (form: Record<string, string>, headers: object = { origin: at('') }) =>
    ask(at('/login'), {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: new URLSearchParams(form).toString(),
    });

  it('starts a session for the token, by its own form', async () => {
    equal((await login({ token: 'wrong' })).status, 403);
    equal((await login({ token: TOKEN }, {})).status, 403);
    equal((await login({ token: TOKEN }, { origin: 'https://evil.example' })).status, 403);
    const answer = await login({ token: TOKEN, to: '/jobs/nightly?q=1' });
    equal(answer.status, 303);
    equal(answer.headers.location, '/jobs/nightly?q=1');
    const [cookie = ''] = answer.headers['set-cookie'] ?? [];
    match(cookie, /^job-tracing-\d+=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/);
    const [session = ''] = cookie.split(';');
    equal((await ask(at('/api/jobs'), { headers: { cookie: session } })).status, 200);
    await ask(at('/logout'), { method: 'POST', headers: { cookie: session, origin: at('') } });
    equal((await ask(at('/api/jobs'), { headers: { cookie: session } })).status, 401);
  });

  it('reads no more than 64 KiB of a login form, which anybody may post', async () => {
    const answer = await login({ token: TOKEN, to: `/${'x'.repeat(64 * 1024)}` });
    equal(answer.status, 413);
    match(answer.body, /at most 65536 bytes/);
  });

  it('redirects only to its own pages after the login', async () => {
    for (const to of ['//evil.example', '/\\evil.example', 'https://evil.example', '/a b'])
      equal((await login({ token: TOKEN, to })).headers.location, '/', to);
    const page = await ask(at('/login?to=%22%3E%3Cscript%3E'));
    match(page.body, /name="to" value="\/"/);
  });

  it('accepts spans only with the token, sent to an allowed host, and counts refused requests', async () => {
    const post = (headers: object) =>
      ask(at('/v1/traces'), {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: '{"resourceSpans":[]}',
      });
    const refused = await post({});
    equal(refused.status, 401);
    match(refused.body, /OTEL_EXPORTER_OTLP_HEADERS/);
    const headers = { authorization: `Bearer ${TOKEN}` };
    equal((await post(headers)).status, 200);
    equal((await post({ ...headers, host: 'console.default.svc' })).status, 403);
    const { traces } = JSON.parse((await ask(at('/api/status'), { headers })).body) as ConsoleStatus;
    equal(traces.refusedRequests, 2);
    match(
      traces.refusals.join('\n'),
      /^1 request: without the token of this console; .*\n1 request: sent to a host/,
    );
  });
});
