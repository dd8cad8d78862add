/** Allowed hosts, in each notation of an address. */
import { deepEqual, equal, throws } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createHttpActivities } from 'temporal-job-tracing/activities';
import { type Call, redirected } from '../activities/http/redirects';
import { parseAllowList } from '../core/http/allow-list';
import { permanent } from '../core/http/failures';

function allowListOf(...entries: string[]): (url: URL) => boolean {
  const list = parseAllowList(entries);
  if ('wrong' in list) throw new Error(`${list.wrong} is not an entry`);
  return list;
}

const CASES: readonly [entry: string, allowed: readonly string[], refused: readonly string[]][] = [
  [
    'api.example.com',
    [
      'https://api.example.com/',
      'http://api.example.com/x',
      'https://API.Example.COM/',
      'https://api.example.com./',
      'https://api.example.com:443/',
      'https://ａｐｉ.example.com/',
      'https:\\\\api.example.com\\x',
    ],
    [
      'https://api.example.com:8443/',
      'http://api.example.com:443/',
      'https://example.com/',
      'https://x.api.example.com/',
      'https://api.example.com.evil.example/',
      'https://api.example.com@evil.example/',
      'https://evil.example/#api.example.com',
      'https://evil.example\\@api.example.com/',
      'https://api.example.com%2eevil.example/',
      'https://api.example.com../',
      'https://apiXexample.com/',
    ],
  ],
  ['api.example.com:8443', ['https://api.example.com:8443/'], ['https://api.example.com/']],
  ['api.example.com:443', ['https://api.example.com/'], ['https://api.example.com:8443/']],
  [
    'api.example.com:*',
    ['https://api.example.com:8443/', 'http://api.example.com/'],
    ['http://x.example.com/'],
  ],
  [
    '*.Example.com',
    ['https://a.example.com/', 'https://a.b.EXAMPLE.com./'],
    ['https://example.com/', 'https://badexample.com/', 'https://a.example.com.evil/', 'https://.evil/'],
  ],
  [
    '127.0.0.1:8080',
    ['http://127.0.0.1:8080/', 'http://2130706433:8080/', 'http://0x7f.1:8080/', 'http://127.1:8080/'],
    ['http://127.0.0.1/', 'http://[::ffff:127.0.0.1]:8080/', 'http://localhost:8080/', 'http://[::1]:8080/'],
  ],
  ['0x7f.1', ['http://127.0.0.1/'], ['http://127.0.0.2/']],
  [
    '[::1]:8080',
    ['http://[::1]:8080/', 'http://[0:0:0:0:0:0:0:1]:8080/'],
    ['http://[::2]:8080/', 'http://[::]:8080/', 'http://[::ffff:0:1]:8080/'],
  ],
  ['*', ['http://anything.example:1/', 'http://169.254.169.254/latest'], []],
];

describe('an allow list', () => {
  for (const [entry, allowed, refused] of CASES) {
    it(`with ${entry} allows and refuses the expected addresses`, () => {
      const isAllowed = allowListOf(entry);
      const canParse = (address: string) => URL.canParse(address);
      deepEqual(
        allowed.filter((address) => isAllowed(new URL(address))),
        allowed,
      );
      deepEqual(
        refused.filter((address) => canParse(address) && isAllowed(new URL(address))),
        [],
      );
    });
  }

  it('without an entry allows nothing', () => equal(allowListOf()(new URL('http://a.example/')), false));

  for (const entry of [
    'https://a.example',
    'a.example/x',
    'ada@a.example',
    'a.*.example',
    '',
    '::1',
    'a b',
    'a:99999x',
  ]) {
    it(`has no entry such as "${entry}"`, () => {
      throws(() => createHttpActivities({ allowHosts: ['b.example', entry] }), {
        name: 'OptionError',
        message: `createHttpActivities: allowHosts: expected "api.example.com", "api.example.com:8443", "api.example.com:*", "*.example.com", "[::1]:8080" or "*", got ${JSON.stringify(entry)}`,
      });
    });
  }
});

describe('a redirect', () => {
  const isAllowed = allowListOf('a.example', 'a.example:8443', 'b.example');
  const call: Call = {
    url: new URL('https://a.example/start?q=1'),
    method: 'POST',
    headers: new Map([
      ['authorization', 'Basic x'],
      ['x-api-key', 'hunter22'],
      ['content-type', 'text/plain'],
      ['x-other', 'y'],
    ]),
    body: Buffer.from('x'),
    privateHeaders: new Set(['x-api-key']),
  };
  const to = (status: number, location: string, from = call) => {
    const { url, method, headers, body } = redirected(from, status, location, isAllowed);
    return [method, url.href, [...headers.keys()].join(), body?.toString()];
  };
  const ALL = 'authorization,x-api-key,content-type,x-other';

  it('keeps everything within the origin', () =>
    deepEqual(to(307, '/next'), ['POST', 'https://a.example/next', ALL, 'x']));

  it('sends nothing private to another origin: host, port', () => {
    deepEqual(to(308, 'https://b.example/'), ['POST', 'https://b.example/', 'content-type,x-other', 'x']);
    deepEqual(to(308, '//a.example:8443/'), ['POST', 'https://a.example:8443/', 'content-type,x-other', 'x']);
  });

  it('becomes GET without a body, as in fetch', () => {
    const get = ['GET', 'https://a.example/n', 'authorization,x-api-key,x-other', undefined];
    deepEqual(to(301, '/n'), get);
    deepEqual(to(302, '/n'), get);
    deepEqual(to(303, '/n', { ...call, method: 'PUT' }), get);
    deepEqual(to(302, '/n', { ...call, method: 'PUT' }), ['PUT', 'https://a.example/n', ALL, 'x']);
    deepEqual(to(303, '/n', { ...call, method: 'HEAD' })[0], 'HEAD');
  });

  const REFUSED: readonly [location: string, type: string, message: string][] = [
    [
      'https://evil.example/',
      'HttpHostNotAllowed',
      "evil.example may not be called (https://a.example/start redirects there): it is not in allowHosts of this worker's createHttpActivities",
    ],
    [
      'https://a.example@evil.example/',
      'HttpRedirect',
      'https://a.example/start redirects to https://evil.example/ with a user name or password',
    ],
    [
      'https://[::ffff:10.0.0.1]/',
      'HttpHostNotAllowed',
      "[::ffff:a00:1] may not be called (https://a.example/start redirects there): it is not in allowHosts of this worker's createHttpActivities",
    ],
    [
      'http://b.example/',
      'HttpRedirect',
      'https://a.example/start redirects from https to http://b.example/',
    ],
    [
      'file:///etc/passwd',
      'HttpRedirect',
      'https://a.example/start redirects to an address that is not HTTP or HTTPS',
    ],
    ['http://', 'HttpRedirect', 'https://a.example/start redirects to an address that is not HTTP or HTTPS'],
  ];
  for (const [location, type, message] of REFUSED) {
    it(`to ${location} is not followed, now or later`, () => {
      throws(() => to(302, location), {
        type,
        message,
        nonRetryable: permanent('HttpRedirect', '').nonRetryable,
      });
    });
  }
});
