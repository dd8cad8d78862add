/** The message for an invalid spec: the property, the expectation, the value, and the correction. */
import { equal, match, ok } from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { HttpJobInput } from 'temporal-job-tracing/workflows';
import { httpJobProblem, httpRequestProblem } from '../core/http/problems';

const URL_OK = 'https://billing.example/close';

const WRONG: readonly [input: unknown, problem: string][] = [
  [
    undefined,
    'expected {"method":"POST","url":"https://billing.example/close","timeout":"30 seconds"}, got nothing',
  ],
  [
    'https://billing.example',
    'expected {"method":"POST","url":"https://billing.example/close","timeout":"30 seconds"}, got "https://billing.example" (string)',
  ],
  [
    {},
    'url: is missing; write for example {"method":"POST","url":"https://billing.example/close","timeout":"30 seconds"}',
  ],
  [
    { url: 'ftp://x/' },
    'url: expected a URL such as "https://billing.example/close", got "ftp://x/" (string)',
  ],
  [{ url: 'billing' }, 'url: expected a URL such as "https://billing.example/close", got "billing" (string)'],
  [
    { url: 'https://ada:pw@x.example/' },
    'url: a user name or password in it would be in the history; write the header "authorization" as {"secret":"<name>"}',
  ],
  [
    { url: URL_OK, timout: 1 },
    'timout: not known; expected one of method, url, headers, body, timeout, success, keepBytes, loadtest, retry, lane, callback',
  ],
  [
    { url: URL_OK, method: 'PO ST' },
    'method: expected a registered method such as "POST", in upper case, got "PO ST" (string)',
  ],
  [
    { url: URL_OK, timeout: 'soon' },
    'timeout: expected a duration from 1 ms to 24 days, such as "30 seconds", got "soon" (string)',
  ],
  [
    { url: URL_OK, timeout: '0 s' },
    'timeout: expected a duration from 1 ms to 24 days, such as "30 seconds", got "0 s" (string)',
  ],
  [{ url: URL_OK, timeout: 30 }, 'timeout: expected "30 s", got 30 (number)'],
  [{ url: URL_OK, retry: { initialInterval: 1 } }, 'retry.initialInterval: expected "1 s", got 1 (number)'],
  [{ url: URL_OK, headers: [] }, 'headers: expected {"<name>":"<value>"} or {"<name>":{"secret":"<name>"}}'],
  [{ url: URL_OK, headers: { 'a b': 'x' } }, 'headers: "a b" cannot be the name of a header'],
  [
    { url: URL_OK, headers: { Traceparent: 'x' } },
    'headers: "Traceparent" is set by httpRequest itself; leave it out',
  ],
  [
    { url: URL_OK, headers: { 'X-Traffic-Origin': 'user' } },
    'headers: "X-Traffic-Origin" is set by httpRequest itself; leave it out',
  ],
  [
    { url: URL_OK, success: { status: [200, '2x'] } },
    'success.status: expected codes and classes such as [200, "3xx"], got [200,"2x"] (object)',
  ],
  [
    { url: URL_OK, success: { json: { path: '$..state', equals: 1 } } },
    'success.json: expected {"path":…,"equals":…} with a path such as $.jobs[0].state and a string, number, boolean or null, got {"path":"$..state","equals":1} (object)',
  ],
  [
    { url: URL_OK, keepBytes: 2_000_000 },
    'keepBytes: expected bytes from 0 to 1048576, got 2000000 (number)',
  ],
  [
    { url: URL_OK, retry: { maximumAttempts: 0 } },
    'retry.maximumAttempts: expected requests in all, 1 to 1000, got 0 (number)',
  ],
  [
    { url: URL_OK, retry: { maximumInterval: '999 ms' } },
    'retry.maximumInterval: expected no less than initialInterval',
  ],
  [
    { url: URL_OK, lane: 'gray lane' },
    'lane: expected a name of at most 64 letters, digits, dots, dashes and underscores, got "gray lane" (string)',
  ],
  [
    { url: URL_OK, lane: { share: 0.5 } },
    'lane.name: is missing; write for example "gray" or {"name":"gray","share":0.1}',
  ],
  [
    { url: URL_OK, lane: { name: 'gray', share: 10 } },
    'lane.share: expected a share of the runs from 0 to 1, got 10 (number)',
  ],
  [
    { url: URL_OK, callback: { timeout: '-1 hour' } },
    'callback.timeout: expected a duration from 1 ms to 366 days, such as "30 seconds", got "-1 hour" (string)',
  ],
];

describe('the input of httpJob', () => {
  for (const [input, problem] of WRONG) {
    it(`${String(JSON.stringify(input)).slice(0, 70)} is refused`, () =>
      equal(httpJobProblem(input), problem));
  }

  it('may have every property of its type', () => {
    const all = {
      method: 'POST',
      url: 'http://[::1]:8080/a?b=c',
      headers: { 'x-a': 'b', authorization: { secret: 'token', prefix: 'Bearer ' } },
      body: { a: [1, null, 'x'] },
      timeout: '2 hours',
      success: { status: [200, '3xx'], json: { path: "$.a['b'][0]", equals: null }, text: 'ok' },
      keepBytes: 0,
      loadTest: true,
      retry: {
        maximumAttempts: 5,
        initialInterval: '10 ms',
        backoffCoefficient: 1,
        maximumInterval: '1 minute',
      },
      lane: { name: 'gray', share: 0.1, url: 'https://gray.example/' },
      callback: { timeout: '1 day', heartbeatTimeout: '1 minute' },
    } satisfies Required<HttpJobInput>;
    equal(httpJobProblem(all), undefined);
  });

  it('may have the key loadtest of JSON, but not both', () => {
    equal(httpJobProblem({ url: URL_OK, loadtest: true }), undefined);
    equal(httpRequestProblem({ url: URL_OK, loadtest: false }), undefined);
    equal(httpJobProblem({ url: URL_OK, loadTest: 1 }), 'loadtest: expected a boolean, got 1 (number)');
    const both = { url: URL_OK, loadtest: true, loadTest: true };
    for (const problem of [httpJobProblem, httpRequestProblem])
      equal(problem(both), 'loadtest: means the same as loadTest; leave out one of them');
  });

  it('never has a value of a header quoted: it may be what should have been a secret', () => {
    for (const value of [
      'hunter2\nx',
      { secret: 'a', prefx: 'hunter2' },
      ['hunter2'],
      { token: 'hunter2' },
    ]) {
      const problem = httpJobProblem({ url: URL_OK, headers: { authorization: value } });
      match(problem ?? '', /^headers: "authorization": expected a string .* or \{"secret":"<name>"/);
      ok(!problem?.includes('hunter2'));
    }
  });

  it('is also checked for the activity, which has other properties', () => {
    equal(httpRequestProblem({ url: URL_OK, lane: 'gray', reportsLater: true }), undefined);
    match(httpRequestProblem({ url: URL_OK, retry: {} }) ?? '', /^retry: not known/);
  });
});
