/**
 * Access checks of a request: its `Host`, the origin of the page that sends it, and its session or token.
 */
import { timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import type { Context, MiddlewareHandler } from 'hono';
import { getCookie } from 'hono/cookie';
import type { Sessions } from './sessions';

export interface AccessOptions {
  /** Address on which the server listens. */
  readonly host: string;
  /** Further host names that requests may use, such as a proxy's or a service's in a cluster. */
  readonly allowedHosts: readonly string[];
  /** Token that every request except probes needs; `undefined` if anyone who can reach the port may read. */
  readonly token: string | undefined;
}

const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '::1']);

/** Whether the address can only be reached from this machine. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.has(host) || /^127\.\d+\.\d+\.\d+$/.test(host);
}

const HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'",
  'x-content-type-options': 'nosniff',
  // Nothing for others; with no-referrer a browser would send our own forms with `Origin: null`.
  'referrer-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

/** Sets the security headers of every response. */
export function secureHeaders(): MiddlewareHandler {
  return async (c, next) => {
    await next();
    for (const [name, value] of Object.entries(HEADERS)) c.res.headers.set(name, value);
  };
}

/**
 * Refuses requests with a foreign `Host`, which protects against DNS rebinding. IP addresses are accepted
 * unless the server listens on loopback, since rebinding needs a name.
 *
 * @param refused called for each refused request
 */
export function hostCheck(
  { host, allowedHosts }: AccessOptions,
  refused: (c: Context) => void,
): MiddlewareHandler {
  const own = isLoopback(host) ? [host] : [host, hostname()];
  const names = new Set([...LOOPBACK, ...[...own, ...allowedHosts].map((name) => name.toLowerCase())]);
  return async (c, next) => {
    const named = hostNameOf(c.req.header('host'));
    const isAddress = !isLoopback(host) && named !== undefined && isIP(named) !== 0;
    if (named !== undefined && (names.has(named) || isAddress)) return next();
    refused(c);
    const shown = named ?? 'none';
    return refuse(
      c,
      403,
      `The host ${shown} is not allowed: start the console with --allowed-host ${shown} to allow it.`,
    );
  };
}

/** Returns the host name in a `Host` header in lower case, without port and brackets. */
function hostNameOf(header: string | undefined): string | undefined {
  const match = /^(?:\[([0-9a-f:.]+)\]|([^:\s/@]+))(?::\d+)?$/i.exec(header ?? '');
  return (match?.[1] ?? match?.[2])?.toLowerCase();
}

/** Refuses requests from pages of other origins, except navigation by a link. */
export function originCheck(): MiddlewareHandler {
  return async (c, next) => {
    const site = c.req.header('sec-fetch-site');
    const isForeign = site !== undefined && site !== 'same-origin' && site !== 'none';
    const isNavigation = c.req.header('sec-fetch-mode') === 'navigate' && c.req.method === 'GET';
    if ((isForeign && !isNavigation) || !isOwnOrigin(c))
      return refuse(c, 403, 'The request comes from a page of another origin.');
    return next();
  };
}

/** Whether the `Origin` header, if there is one, is this server's. */
function isOwnOrigin(c: Context): boolean {
  const origin = c.req.header('origin');
  if (origin === undefined) return true;
  try {
    return new URL(origin).host === c.req.header('host');
  } catch {
    return false;
  }
}

/** Refuses requests without this server's `Origin`, for routes that write. */
export function ownOriginNeeded(): MiddlewareHandler {
  return async (c, next) =>
    c.req.header('origin') !== undefined && isOwnOrigin(c)
      ? next()
      : refuse(c, 403, 'Expected a form of this console, with its Origin.');
}

/** Refuses requests without a session and without the token as `authorization: Bearer …`. */
export function sessionNeeded(
  { token }: AccessOptions,
  sessions: Sessions,
  refused: (c: Context) => Response | Promise<Response>,
): MiddlewareHandler {
  return async (c, next) => {
    if (token === undefined || hasToken(c, token) || sessions.has(getCookie(c, sessions.cookieName)))
      return next();
    return refused(c);
  };
}

/**
 * Refuses requests without the token, for senders of spans.
 *
 * @param refused called for each refused request
 */
export function tokenNeeded({ token }: AccessOptions, refused: (c: Context) => void): MiddlewareHandler {
  return async (c, next) => {
    if (token === undefined || hasToken(c, token)) return next();
    refused(c);
    return refuse(
      c,
      401,
      'A token is needed: set OTEL_EXPORTER_OTLP_HEADERS=authorization=Bearer%20<token> at the sender.',
    );
  };
}

function hasToken(c: Context, token: string): boolean {
  const [, found] = /^Bearer (.+)$/i.exec(c.req.header('authorization') ?? '') ?? [];
  return found !== undefined && isEqual(found, token);
}

/** Compares two strings of equal length in constant time. */
export function isEqual(actual: string, expected: string): boolean {
  const [a, b] = [Buffer.from(actual), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Returns an error response. */
export function refuse(c: Context, status: 400 | 401 | 403 | 404 | 405 | 500 | 503, text: string): Response {
  return c.json({ error: { kind: KINDS[status], text } }, status);
}

const KINDS = {
  400: 'invalid',
  401: 'not-logged-in',
  403: 'forbidden',
  404: 'not-found',
  405: 'invalid',
  500: 'internal',
  503: 'temporal-away',
} as const;
