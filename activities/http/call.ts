/**
 * A call from its first request to its answer: follows redirects, each request in a client span of its own.
 */

import type { AllowList } from '../../core/http/allow-list';
import { permanent, temporary } from '../../core/http/failures';
import type { Redactor } from '../../core/http/redaction';
import { retryAfterMs } from '../../core/http/retry-after';
import { failingOf } from '../../core/http/success';
import type { HttpRequest, HttpResponse } from '../../core/http/types';
import { defined } from '../../core/util/defined';
import { inClientSpan } from './client-span';
import { exchange, type Incoming } from './exchange';
import { type Call, checkAllowed, isRedirect, nameOf, redirected } from './redirects';
import type { TrafficMarks } from './traffic';

const MAX_REDIRECTS = 5;
const ACCEPTED = 202;

/** Settings of a call that apply to each of its requests. */
export interface CallRules {
  readonly isAllowed: AllowList;
  readonly redactor: Redactor;
  readonly marks: TrafficMarks;
  /** Most bytes of the body in the result. */
  readonly keepBytes: number;
  /** Aborts the call on a timeout or a cancellation. */
  readonly signal: AbortSignal;
  readonly success: HttpRequest['success'];
  /** Whether the service may answer 202 and report later. */
  readonly reportsLater: boolean;
}

/**
 * Makes the call and returns its answer; `undefined` if it is 202 and the service reports later.
 *
 * @throws {ApplicationFailure} if the answer is not a success by the call's rule, or a redirect is not followed
 * @throws {Error} of `node:http` if there is no answer
 */
export async function answerTo(call: Call, rules: CallRules): Promise<HttpResponse | undefined> {
  const { incoming, url } = await lastExchange(call, rules);
  if (rules.reportsLater && incoming.status === ACCEPTED) return undefined;
  const answer = answerOf(incoming, rules);
  const failing = failingOf(answer, rules.success);
  if (failing === undefined) return answer;
  const message = `${call.method} ${nameOf(url)}: ${failing.message}`;
  if (!failing.retryable) throw permanent('HttpUnsuccessful', message);
  throw temporary('HttpUnsuccessful', message, retryAfterMs(incoming.header('retry-after'), Date.now()));
}

/** Makes the requests of a call until one is not redirected. */
async function lastExchange(first: Call, rules: CallRules): Promise<{ incoming: Incoming; url: URL }> {
  checkAllowed(first.url, rules.isAllowed);
  const { redact, longestBytes } = rules.redactor;
  let call = first;
  for (let resends = 0; resends <= MAX_REDIRECTS; resends++) {
    const { url, method, headers, body } = call;
    const incoming = await inClientSpan(
      { method, url, marks: rules.marks, resends, redact },
      (traceHeaders) =>
        exchange(
          {
            url,
            method,
            headers: { ...Object.fromEntries(headers), ...traceHeaders },
            body,
            signal: rules.signal,
          },
          rules.keepBytes + longestBytes,
        ),
    );
    const location = incoming.header('location');
    const isWanted = rules.success?.status?.some((code) => code === incoming.status || code === '3xx');
    if (isWanted === true || !isRedirect(incoming.status, location)) return { incoming, url };
    call = redirected(call, incoming.status, location, rules.isAllowed);
  }
  throw permanent('HttpRedirect', `${nameOf(first.url)} redirects more than ${MAX_REDIRECTS} times`);
}

function answerOf(
  { status, header, body, bytes }: Incoming,
  { keepBytes, redactor }: CallRules,
): HttpResponse {
  const contentType = header('content-type');
  return defined({
    status,
    contentType: contentType === undefined ? undefined : redactor.redact(contentType),
    body: firstBytes(redactor.redact(body.toString('utf8')), keepBytes),
    truncated: bytes > keepBytes,
    reported: false,
  });
}

/** Returns the beginning of the text, at most `limit` bytes in UTF-8, without half a character at its end. */
function firstBytes(text: string, limit: number): string {
  const bytes = Buffer.from(text);
  return bytes.length <= limit ? text : new TextDecoder().decode(bytes.subarray(0, limit), { stream: true });
}
