/** When an answer is a success: by status, by a value in its JSON, by its exact text. */
import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parsePath, valueAt } from '../core/http/json-path';
import { failingOf } from '../core/http/success';
import type { HttpResponse, SuccessRule } from '../core/http/types';

const answer = (status: number, body = '', more: Partial<HttpResponse> = {}): HttpResponse => ({
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
  [answer(200), undefined, undefined],
  [answer(299), {}, undefined],
  [answer(304), {}, 'answer 304, expected 2xx', true],
  [answer(404, 'no such job'), {}, 'answer 404, expected 2xx: "no such job"', false],
  [answer(429), {}, 'answer 429, expected 2xx', true],
  [answer(500, '<p>'), {}, 'answer 500, expected 2xx: "<p>"', true],
  [answer(404), { status: [200, 404] }, undefined],
  [answer(201), { status: [200, '3xx'] }, 'answer 201, expected 200, 3xx', true],
  [answer(200, ' ok\n'), { text: 'ok' }, undefined],
  [answer(200, 'OK'), { text: 'ok' }, 'answer 200: expected the text "ok", got "OK"', true],
  [answer(200, '{"state":"done"}'), { json: { path: '$.state', equals: 'done' } }, undefined],
  [
    answer(200, '{"state":"busy"}'),
    { json: { path: '$.state', equals: 'done' } },
    'answer 200: expected "done" at $.state, got "busy"',
    true,
  ],
  [
    answer(200, '{"count":"1"}'),
    { json: { path: '$.count', equals: 1 } },
    'answer 200: expected 1 at $.count, got "1"',
    true,
  ],
  [
    answer(200, '{}'),
    { json: { path: '$.state', equals: null } },
    'answer 200: expected null at $.state, got nothing there',
    true,
  ],
  [
    answer(200, 'busy'),
    { json: { path: '$.state', equals: 'done' } },
    'answer 200: expected JSON with "done" at $.state, got "busy"',
    true,
  ],
  [
    answer(200, 'o', { truncated: true }),
    { text: 'o' },
    'answer 200: the body is longer than keepBytes (1 characters are kept), so it cannot be checked; raise keepBytes',
    false,
  ],
  [answer(200, 'o', { truncated: true }), {}, undefined],
  [answer(202, 'busy', { reported: true }), { status: [200], text: 'busy' }, undefined],
  [
    answer(202, 'x', { reported: true }),
    { text: 'done' },
    'the report: expected the text "done", got "x"',
    true,
  ],
  [answer(500, 'x'.repeat(201)), {}, `answer 500, expected 2xx: "${'x'.repeat(200)}"…`, true],
];

describe('a response', () => {
  for (const [given, rule, message, retryable] of CASES) {
    const title = `${given.status} ${given.body.slice(0, 20).trim()} by ${JSON.stringify(rule)}`;
    it(`${title}: ${message === undefined ? 'success' : 'no success'}`, () => {
      const failing = failingOf(given, rule);
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
