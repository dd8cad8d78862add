/**
 * Follows redirects: never to a host that is not allowed, never from HTTPS to HTTP, and never with private headers to
 * another origin.
 *
 * Pure.
 *
 * @see https://fetch.spec.whatwg.org/#http-redirect-fetch
 */
import type { AllowList } from '../../core/http/allow-list';
import { permanent } from '../../core/http/failures';

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** Headers that no other origin receives, whatever their values. */
const CREDENTIALS = ['authorization', 'cookie', 'proxy-authorization'];
/** Headers that describe the body and are dropped with it. */
const BODY_HEADERS = ['content-type', 'content-encoding', 'content-language', 'content-location'];

/** A request as it is sent, apart from the headers of the trace. */
export interface Call {
  readonly url: URL;
  readonly method: string;
  /** Headers by their names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer | undefined;
  /** Names of headers that no other origin may receive. */
  readonly privateHeaders: ReadonlySet<string>;
}

/** Whether the response is a redirect with a location. */
export function isRedirect(status: number, location: string | undefined): location is string {
  return REDIRECTS.has(status) && location !== undefined;
}

/**
 * Returns the request that follows a redirect.
 *
 * @throws {ApplicationFailure} non-retryable, if the redirect is not followed
 */
export function redirected(call: Call, status: number, location: string, isAllowed: AllowList): Call {
  const { url, method } = call;
  const target = URL.canParse(location, url.href) ? new URL(location, url.href) : undefined;
  if (target === undefined || (target.protocol !== 'http:' && target.protocol !== 'https:')) {
    throw permanent('HttpRedirect', `${nameOf(url)} redirects to an address that is not HTTP or HTTPS`);
  }
  if (target.username !== '' || target.password !== '') {
    throw permanent(
      'HttpRedirect',
      `${nameOf(url)} redirects to ${nameOf(target)} with a user name or password`,
    );
  }
  checkAllowed(target, isAllowed, ` (${nameOf(url)} redirects there)`);
  if (url.protocol === 'https:' && target.protocol === 'http:') {
    throw permanent('HttpRedirect', `${nameOf(url)} redirects from https to ${nameOf(target)}`);
  }
  const dropsBody = status === 303 ? method !== 'HEAD' : status < 303 && method === 'POST';
  const dropped = [
    ...(dropsBody ? BODY_HEADERS : []),
    ...(target.origin === url.origin ? [] : [...CREDENTIALS, ...call.privateHeaders]),
  ];
  return {
    ...call,
    url: target,
    ...(dropsBody && { method: 'GET', body: undefined }),
    headers: new Map([...call.headers].filter(([name]) => !dropped.includes(name))),
  };
}

/**
 * Checks that a host may be called.
 *
 * @param why part of the error's sentence: what led to the host
 * @throws {ApplicationFailure} `HttpHostNotAllowed`, non-retryable, which names the option to change
 */
export function checkAllowed(url: URL, isAllowed: AllowList, why = ''): void {
  if (isAllowed(url)) return;
  throw permanent(
    'HttpHostNotAllowed',
    `${url.host} may not be called${why}: it is not in allowHosts of this worker's createHttpActivities`,
  );
}

/** Returns the URL without its query, which may contain secrets, for messages. */
export function nameOf(url: URL): string {
  return url.origin + url.pathname;
}
