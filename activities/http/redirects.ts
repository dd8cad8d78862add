/**
 * Where a redirect leads, and what goes along: never out of the allow list, never from HTTPS to HTTP, and nothing
 * private to another origin.
 *
 * Pure.
 *
 * @see https://fetch.spec.whatwg.org/#http-redirect-fetch
 */
import type { AllowList } from '../../core/http/allow-list';
import { permanent } from '../../core/http/failures';

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** Private whatever they hold. */
const CREDENTIALS = ['authorization', 'cookie', 'proxy-authorization'];
/** Of the body, gone with it. */
const BODY_HEADERS = ['content-type', 'content-encoding', 'content-language', 'content-location'];

/** What is sent, apart from the trace's headers. */
export interface Call {
  readonly url: URL;
  readonly method: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer | undefined;
  /** Names of headers that only the origin that they are meant for may see. */
  readonly privateHeaders: ReadonlySet<string>;
}

/** Whether the answer is a redirect that says where to. */
export function isRedirect(status: number, location: string | undefined): location is string {
  return REDIRECTS.has(status) && location !== undefined;
}

/**
 * The call to make next.
 *
 * @throws ApplicationFailure, not to be retried, when the redirect is not followed
 */
export function redirected(call: Call, status: number, location: string, isAllowed: AllowList): Call {
  const { url, method } = call;
  const target = URL.canParse(location, url.href) ? new URL(location, url.href) : undefined;
  if (target === undefined || (target.protocol !== 'http:' && target.protocol !== 'https:')) {
    throw permanent('HttpRedirect', `${nameOf(url)} redirects to what is no HTTP address`);
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

/** @throws ApplicationFailure, not to be retried, that says what to change */
export function checkAllowed(url: URL, isAllowed: AllowList, why = ''): void {
  if (isAllowed(url)) return;
  throw permanent(
    'HttpHostNotAllowed',
    `${url.host} may not be called${why}: it is not in allowHosts of this worker's createHttpActivities`,
  );
}

/** The address as it may be told: a query may hold what is nobody's business. */
export function nameOf(url: URL): string {
  return url.origin + url.pathname;
}
