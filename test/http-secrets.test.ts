/** Secrets are fetched by name, and redacted in every string that leaves the activity. */
import { deepEqual, equal, match, ok, rejects, throws } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createHttpActivities } from 'temporal-job-tracing/activities';
import { createRedactor } from '../core/http/redaction';
import { resolveHeaders } from '../core/http/secrets';

const SECRET = 's3cr&t/"v~l" ue+\\x=<\'$1>';

describe('headers with secrets', () => {
  const provider = (name: string) => (name === 'token' ? SECRET : undefined);

  it('are sent with the value behind the prefix; one name is fetched once', async () => {
    const fetched: string[] = [];
    const { headers, secrets, withSecret } = await resolveHeaders(
      { Authorization: { secret: 'token', prefix: 'Bearer ' }, 'X-Key': { secret: 'token' }, 'X-Plain': 'a' },
      async (name) => {
        fetched.push(name);
        return provider(name);
      },
    );
    deepEqual(
      [...headers],
      [
        ['authorization', `Bearer ${SECRET}`],
        ['x-key', SECRET],
        ['x-plain', 'a'],
      ],
    );
    deepEqual(
      [[...secrets], [...withSecret], fetched],
      [[['token', SECRET]], ['authorization', 'x-key'], ['token']],
    );
  });

  const WRONG: readonly [
    what: string,
    provider: Parameters<typeof resolveHeaders>[1],
    type: string,
    nonRetryable: boolean,
    message: string,
  ][] = [
    [
      'no provider',
      undefined,
      'HttpSecret',
      true,
      'secret "key": this worker has no provider of secrets; write createHttpActivities({ secrets })',
    ],
    [
      'an unknown name',
      provider,
      'HttpSecret',
      true,
      'secret "key": this worker\'s provider of secrets does not have it',
    ],
    [
      'a provider that fails',
      () => Promise.reject(new RangeError(`cannot read ${SECRET}`)),
      'HttpSecretUnavailable',
      false,
      'secret "key": the provider of secrets failed (RangeError)',
    ],
  ];
  for (const [what, provider, type, nonRetryable, message] of WRONG) {
    it(`fail because of ${what}, without the value in the message`, () =>
      rejects(resolveHeaders({ 'x-key': { secret: 'key' } }, provider), { type, nonRetryable, message }));
  }

  for (const value of ['short', 'line\nbreak', 'snow\u2603man']) {
    it(`fail because of the value ${JSON.stringify(value)}, which is not shown`, () =>
      rejects(
        resolveHeaders({ 'x-key': { secret: 'key' } }, () => value),
        {
          type: 'HttpSecret',
          message:
            'secret "key": expected at least 8 characters, all of them printable ASCII, got something else from the provider of secrets',
        },
      ));
  }
});

describe('a redactor', () => {
  const { redact, longestBytes } = createRedactor(
    new Map([
      ['token', SECRET],
      ['longer', `${SECRET}-and-more`],
    ]),
  );

  it('finds a secret in the forms in which services write it', () => {
    const html = SECRET.replace(
      /[&<>"]/g,
      (c) => `&${{ '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot' }[c]};`,
    );
    for (const form of [
      SECRET,
      JSON.stringify(SECRET).slice(1, -1),
      SECRET.replaceAll('/', '\\/').replaceAll('"', '\\u0022'),
      encodeURIComponent(SECRET),
      encodeURIComponent(SECRET).toLowerCase(),
      encodeURI(SECRET),
      new URLSearchParams({ '': SECRET }).toString().slice(1),
      html,
      html.replaceAll("'", '&#39;'),
      SECRET.replaceAll("'", '&#x27;'),
    ]) {
      ok(longestBytes >= Buffer.byteLength(form));
      equal(redact(`a ${form} b ${form}`), 'a [secret token] b [secret token]', form);
    }
  });

  it('finds a secret in Base64, alone or within a longer text', () => {
    for (const before of ['', 'B', 'Bearer ', 'user:']) {
      for (const encoding of ['base64', 'base64url'] as const) {
        const redacted = redact(Buffer.from(`${before}${SECRET}, and more`).toString(encoding));
        match(redacted, /^[\w+/-]*\[secret token\][\w+/=-]*$/);
        const rest = redacted.split('[secret token]');
        ok(!rest.some((part) => Buffer.from(part, encoding).includes(SECRET.slice(1, -1))), redacted);
      }
    }
  });

  it('does not change text that only resembles a secret', () => {
    const text = `${SECRET.slice(1)} ${SECRET.slice(0, -1)} ${SECRET.toUpperCase()}`;
    equal(redact(text), text);
  });

  it('replaces the longer of two secrets first', () =>
    equal(redact(`${SECRET}-and-more, ${SECRET}`), '[secret longer], [secret token]'));

  it('does not change text without secrets', () => {
    const none = createRedactor(new Map());
    deepEqual([none.redact('as it is'), none.longestBytes], ['as it is', 0]);
  });
});

describe('createHttpActivities', () => {
  const WRONG: readonly [options: object, message: RegExp][] = [
    [{ secrets: () => 'x' }, /: allowHosts: expected the hosts that may get secrets .*, got nothing$/],
    [
      { secrets: {}, allowHosts: ['*'] },
      /: secrets: expected a function from a name to the secret, got object$/,
    ],
    [{ allowHosts: '*' }, /: allowHosts: expected a list such as .*, got string$/],
    [{ allowhosts: [] }, /: allowhosts: expected one of secrets, allowHosts, callback, got this$/],
    [{ callback: { url: 'x', key: 'k'.repeat(16) } }, /: callback.url: expected a URL, got x$/],
    [
      { callback: { url: 'http://a.example', key: 'hunter2' } },
      /: callback.key: expected a secret string of at least 16 characters, got a string of 7 characters$/,
    ],
  ];
  for (const [options, message] of WRONG) {
    it(`refuses ${Object.keys(options).join()} that are wrong: ${message}`, () => {
      throws(() => createHttpActivities(options), { name: 'OptionError', message });
    });
  }
});
