/** Success conditions of a response: its status, a value in its JSON, its exact body. */
import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parsePath, valueAt } from '../core/http/json-path';
import { failingOf } from '../core/http/success';
import type { HttpResponse, SuccessRule } from '../core/http/types';

const response = (status: number, body = '', more: Partial<HttpResponse> = {}): HttpResponse => ({
  status,
  body,
  truncated: false,
  reported: false,
  ...more,
});

const CASES: readonly [
  HttpResponse,
  SuccessRule | undefined,
  message: string | undefined,
  retryable?: boolean,
][] = [
  [response(200), undefined, undefined],
  [response(299), {}, undefined],
  [response(304), {}, 'answer 304, expected 2xx', true],
  [response(404, 'no such job'), {}, 'answer 404, expected 2xx: "no such job"', false],
  [response(429), {}, 'answer 429, expected 2xx', true],
  [response(500, '<p>'), {}, 'answer 500, expected 2xx: "<p>"', true],
  [response(404), { status: [200, 404] }, undefined],
  [response(201), { status: [200, '3xx'] }, 'answer 201, expected 200, 3xx', true],
  [response(200, ' ok\n'), { text: 'ok' }, undefined],
  [response(200, 'OK'), { text: 'ok' }, 'answer 200: expected the text "ok", got "OK"', true],
  [response(200, '{"state":"done"}'), { json: { path: '$.state', equals: 'done' } }, undefined],
  [
    response(200, '{"state":"busy"}'),
    { json: { path: '$.state', equals: 'done' } },
    'answer 200: expected "done" at $.state, got "busy"',
    true,
  ],
  [
    response(200, '{"count":"1"}'),
    { json: { path: '$.count', equals: 1 } },
    'answer 200: expected 1 at $.count, got "1"',
    true,
  ],
  [
    response(200, '{}'),
    { json: { path: '$.state', equals: null } },
    'answer 200: expected null at $.state, got nothing there',
    true,
  ],
  [
    response(200, 'busy'),
    { json: { path: '$.state', equals: 'done' } },
    'answer 200: expected JSON with "done" at $.state, got "busy"',
    true,
  ],
  [
    response(200, 'o', { truncated: true }),
    { text: 'o' },
    'answer 200: the body is longer than keepBytes (1 characters are kept), so it cannot be checked; raise keepBytes',
    false,
  ],
  [response(200, 'o', { truncated: true }), {}, undefined],
  [response(202, 'busy', { reported: true }), { status: [200], text: 'busy' }, undefined],
  [
    response(202, 'x', { reported: true }),
    { text: 'done' },
    'the report: expected the text "done", got "x"',
    true,
  ],
  [response(500, 'x'.repeat(201)), {}, `answer 500, expected 2xx: "${'x'.repeat(200)}"…`, true],
];

describe('a response', () => {
  for (const [httpResponse, rule, message, retryable] of CASES) {
    const title = `${httpResponse.status} ${httpResponse.body.slice(0, 20).trim()} by ${JSON.stringify(rule)}`;
    it(`${title}: ${message === undefined ? 'success' : 'no success'}`, () => {
      const failing = failingOf(httpResponse, rule);
      equal(failing?.message, message);
      equal(failing?.retryable, retryable);
    });
  }
});

describe('a JSON path', () => {
  const document = { state: 'done', jobs: [{ 'a.b': 1 }, [2]], '': 3, null: null };
  const VALUES: readonly [path: string, value: unknown][] = [
    ['$', document],
    ['$.state', 'done'],
    ["$['state']", 'done'],
    ['$["jobs"][0]["a.b"]', 1],
    ['$.jobs[1][0]', 2],
    ["$['']", 3],
    ['$.null', null],
    ['$.null.more', undefined],
    ['$.jobs[2]', undefined],
    ['$.jobs.length', undefined],
    ['$.state[0]', undefined],
    ['$.toString', undefined],
    ['$.__proto__', undefined],
  ];
  for (const [path, value] of VALUES) {
    it(`${path} leads to ${JSON.stringify(value) ?? 'nothing'}`, () =>
      deepEqual(valueAt(document, parsePath(path) ?? ['not parsed']), value));
  }

  for (const path of [
    '',
    'state',
    '.state',
    '$state',
    '$..state',
    '$.*',
    '$[*]',
    '$[-1]',
    '$[01]',
    '$[?@.a]',
    '$.a.',
  ]) {
    it(`${path || 'nothing'} is none that names one place`, () => equal(parsePath(path), undefined));
  }
});
