/**
 * Checks of the input of `httpJob` and `httpRequest`.
 *
 * Pure. No message contains the value of a header: it may be a secret, written in the wrong place.
 */
import { isLaneName, LANE_NAME } from '../lane';
import { bothKeysProblem, withWireKey } from '../load-test';
import { durationMs, expectedDuration } from '../util/duration';
import { type Check, expects, expectsObject, objectOf } from './check';
import { parsePath } from './json-path';
import { isMethod } from './methods';
import type { HttpJobInput, HttpRequest, HttpRetryPolicy, LaneRoute, LateReport, SuccessRule } from './types';

const MAX_KEEP_BYTES = 1_048_576;
const DAY_MS = 86_400_000;
/** @see https://www.rfc-editor.org/rfc/rfc9110#name-tokens */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const HEADER_TEXT = /^[\t\x20-\x7e\x80-\xff]*$/;
/** Headers of the connection, and those that `httpRequest` sets. */
const OWN_HEADERS = new Set([
  ...['connection', 'content-length', 'expect', 'host', 'keep-alive', 'te', 'trailer', 'transfer-encoding'],
  ...['upgrade', 'traceparent', 'tracestate', 'baggage', 'callback-url'],
]);
const OWN_PREFIXES = ['x-traffic-', 'x-temporal-'];
const EXAMPLE = '{"method":"POST","url":"https://billing.example/close","timeout":"30 seconds"}';

const isText = (value: unknown): value is string => typeof value === 'string';
const isNumber = (value: unknown, from: number, to: number) =>
  typeof value === 'number' && value >= from && value <= to;

const durationOf =
  (maxDays: number): Check =>
  (value, path) => {
    const expected = `a duration from 1 ms to ${maxDays} days, such as "30 seconds"`;
    return expects(expectedDuration(value, expected), (text) =>
      isNumber(durationMs(text), 1, maxDays * DAY_MS),
    )(value, path);
  };

const duration = durationOf(366);
const laneName = expects(LANE_NAME, isLaneName);
const boolean = expects('a boolean', (value) => typeof value === 'boolean');

const success = {
  status: expects(
    'codes and classes such as [200, "3xx"]',
    (value) => Array.isArray(value) && value.length > 0 && value.every(isStatus),
  ),
  json: expects(
    '{"path":…,"equals":…} with a path such as $.jobs[0].state and a string, number, boolean or null',
    isJsonRule,
  ),
  text: expects('a string', isText),
} satisfies Record<keyof Required<SuccessRule>, Check>;

const retry = {
  maximumAttempts: expects(
    'requests in all, 1 to 1000',
    (value) => Number.isInteger(value) && isNumber(value, 1, 1_000),
  ),
  initialInterval: duration,
  backoffCoefficient: expects('a number from 1 to 100', (value) => isNumber(value, 1, 100)),
  maximumInterval: duration,
} satisfies Record<keyof Required<HttpRetryPolicy>, Check>;

const lane = {
  name: laneName,
  share: expects('a share of the runs from 0 to 1', (value) => isNumber(value, 0, 1)),
  url: checkUrl,
} satisfies Record<keyof Required<LaneRoute>, Check>;

const callback = {
  timeout: duration,
  heartbeatTimeout: duration,
} satisfies Record<keyof Required<LateReport>, Check>;

const common = {
  method: expects('a registered method such as "POST", in upper case', isMethod),
  url: checkUrl,
  headers: checkHeaders,
  body: expects('a string or JSON', () => true),
  // The longest timers of Node.js take 24.8 days.
  timeout: durationOf(24),
  success: expectsObject(success, '{"status":[200]}'),
  keepBytes: expects(
    `bytes from 0 to ${MAX_KEEP_BYTES}`,
    (value) => Number.isInteger(value) && isNumber(value, 0, MAX_KEEP_BYTES),
  ),
  loadTest: boolean,
};

const laneRoute = expectsObject(lane, '"gray" or {"name":"gray","share":0.1}', ['name']);

const REQUEST = {
  ...common,
  lane: laneName,
  reportsLater: boolean,
} satisfies Record<keyof Required<HttpRequest>, Check>;

const JOB = {
  ...common,
  retry: checkRetry,
  lane: (value, path) => (isText(value) ? laneName(value, path) : laneRoute(value, path)),
  callback: expectsObject(callback, '{"timeout":"2 hours"}', ['timeout']),
} satisfies Record<keyof Required<HttpJobInput>, Check>;

/** Returns the problem with the input of `httpJob`; `undefined` if there is none. Never throws. */
export function httpJobProblem(input: unknown): string | undefined {
  return inputProblem(input, expectsObject(withWireKey(JOB), EXAMPLE, ['url']));
}

/** Returns the problem with the input of `httpRequest`; `undefined` if there is none. Never throws. */
export function httpRequestProblem(input: unknown): string | undefined {
  return inputProblem(input, expectsObject(withWireKey(REQUEST), EXAMPLE, ['url']));
}

function inputProblem(input: unknown, check: Check): string | undefined {
  const object = objectOf(input);
  if (object === undefined) return check(input, '');
  return bothKeysProblem(object) ?? check(withWireKey(object), '');
}

function checkUrl(value: unknown, path: string): string | undefined {
  const url = isText(value) && URL.canParse(value) ? new URL(value) : undefined;
  if (url !== undefined && (url.username !== '' || url.password !== '')) {
    return `${path}: a user name or password in it would be in the history; write the header "authorization" as {"secret":"<name>"}`;
  }
  const isHttp = url?.protocol === 'http:' || url?.protocol === 'https:';
  const expected = 'a URL such as "https://billing.example/close"';
  return isHttp ? undefined : expects(expected, () => false)(value, path);
}

function checkHeaders(value: unknown, path: string): string | undefined {
  const headers = objectOf(value);
  if (headers === undefined)
    return `${path}: expected {"<name>":"<value>"} or {"<name>":{"secret":"<name>"}}`;
  for (const [name, header] of Object.entries(headers)) {
    const problem = headerProblem(name, header);
    if (problem !== undefined) return `${path}: ${problem}`;
  }
  return undefined;
}

function headerProblem(name: string, value: unknown): string | undefined {
  if (!TOKEN.test(name)) return `${JSON.stringify(name)} cannot be the name of a header`;
  const lower = name.toLowerCase();
  if (OWN_HEADERS.has(lower) || OWN_PREFIXES.some((prefix) => lower.startsWith(prefix))) {
    return `"${name}" is set by httpRequest itself; leave it out`;
  }
  const { secret, prefix = '', ...more } = objectOf(value) ?? {};
  const isSecret = isText(secret) && secret !== '' && isText(prefix) && Object.keys(more).length === 0;
  const text = isSecret ? prefix : value;
  if (isText(text) && HEADER_TEXT.test(text)) return undefined;
  return `"${name}": expected a string without control characters, or {"secret":"<name>","prefix":"Bearer "}`;
}

/** Checks a retry policy. Temporal would refuse it only when the activity is scheduled, and the run would be stuck. */
function checkRetry(value: unknown, path: string): string | undefined {
  const problem = expectsObject(retry, '{"maximumAttempts":5}')(value, path);
  if (problem !== undefined) return problem;
  const { initialInterval = '1 second', maximumInterval } = value as HttpRetryPolicy;
  const isShorter =
    (durationMs(maximumInterval) ?? Number.POSITIVE_INFINITY) < (durationMs(initialInterval) ?? 0);
  return isShorter ? `${path}.maximumInterval: expected no less than initialInterval` : undefined;
}

function isStatus(value: unknown): boolean {
  return isText(value) ? /^[1-5]xx$/.test(value) : Number.isInteger(value) && isNumber(value, 100, 599);
}

function isJsonRule(value: unknown): boolean {
  const { path, equals, ...more } = objectOf(value) ?? {};
  const isPlain = equals === null || ['string', 'number', 'boolean'].includes(typeof equals);
  return isText(path) && parsePath(path) !== undefined && isPlain && Object.keys(more).length === 0;
}
