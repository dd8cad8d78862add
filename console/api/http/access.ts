/**
 * Who may read: the host that a request names, the page that makes it, and the session or token that comes with it.
 */
import { timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import type { Context, MiddlewareHandler } from 'hono';
import { getCookie } from 'hono/cookie';
import type { Sessions } from './sessions';

export interface AccessOptions {
  /** Address that the server listens at. */
  readonly host: string;
  /** Names that requests may use besides: of a proxy, of a service in a cluster. */
  readonly allowedHosts: readonly string[];
  /** Needed with every request but a probe's; `undefined`: everybody who reaches the port may read. */
  readonly token: string | undefined;
}

const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '::1']);

/** Whether only programs of this machine reach the address. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.has(host) || /^127\.\d+\.\d+\.\d+$/.test(host);
}

const HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
};

/** Headers of every answer. */
export function secureHeaders(): MiddlewareHandler {
  return async (c, next) => {
    await next();
    for (const [name, value] of Object.entries(HEADERS)) c.res.headers.set(name, value);
  };
}

/**
 * Refuses requests that name another host: a page of a foreign site whose name was made to lead here. An address needs no
 * name, so it cannot be made to.
 */
export function hostCheck({ host, allowedHosts }: AccessOptions): MiddlewareHandler {
  const names = new Set([...LOOPBACK, ...allowedHosts.map((name) => name.toLowerCase())]);
  if (!isLoopback(host)) for (const name of [host, hostname()]) names.add(name.toLowerCase());
  return async (c, next) => {
    const named = hostNameOf(c.req.header('host'));
    const isAddress = !isLoopback(host) && named !== undefined && isIP(named) !== 0;
    if (named !== undefined && (names.has(named) || isAddress)) return next();
    const shown = named ?? 'none';
    return refuse(
      c,
      403,
      `The request names the host ${shown}, which is not this console's: --allowed-host ${shown} allows it.`,
    );
  };
}

/** The name in a `Host` header, without port and brackets, in lower case. */
function hostNameOf(header: string | undefined): string | undefined {
  const match = /^(?:\[([0-9a-f:.]+)\]|([^:\s/@]+))(?::\d+)?$/i.exec(header ?? '');
  return (match?.[1] ?? match?.[2])?.toLowerCase();
}

/** Refuses what a page of another origin asks for. A link that somebody follows is not such a request. */
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

/** Whether the `Origin`, if there is one, is this server's. */
function isOwnOrigin(c: Context): boolean {
  const origin = c.req.header('origin');
  if (origin === undefined) return true;
  try {
    return new URL(origin).host === c.req.header('host');
  } catch {
    return false;
  }
}

/** Refuses writes without an `Origin` of this server. */
export function ownOriginNeeded(): MiddlewareHandler {
  return async (c, next) =>
    c.req.header('origin') !== undefined && isOwnOrigin(c)
      ? next()
      : refuse(c, 403, 'A form of this console was expected, with its Origin.');
}

/** Needs a session, or the token as `authorization: Bearer …`. */
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

/** Needs the token: for senders of spans. */
export function tokenNeeded({ token }: AccessOptions): MiddlewareHandler {
  return async (c, next) =>
    token === undefined || hasToken(c, token)
      ? next()
      : refuse(
          c,
          401,
          'A token is needed: OTEL_EXPORTER_OTLP_HEADERS=authorization=Bearer%20<token> at the senders.',
        );
}

function hasToken(c: Context, token: string): boolean {
  const [, given] = /^Bearer (.+)$/i.exec(c.req.header('authorization') ?? '') ?? [];
  return given !== undefined && isEqual(given, token);
}

/** Compares in a time that tells nothing of where the texts differ. */
export function isEqual(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** An answer other than 200. */
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
