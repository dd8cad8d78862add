/**
 * All routes of the console, and the order in which a request is checked.
 */
import type { HttpBindings } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import type { Ingest } from '../../ingest/index';
import type { ConsoleData } from '../console-data';
import type { LiveHub } from '../live';
import {
  type AccessOptions,
  hostCheck,
  originCheck,
  refuse,
  secureHeaders,
  sessionNeeded,
  tokenNeeded,
} from './access';
import { eventRoutes } from './events';
import { apiRoutes } from './json-api';
import { loginRoutes } from './login';
import { assetRoutes, pageRoutes } from './pages';
import type { Sessions } from './sessions';

export type ConsoleApp = Hono<{ Bindings: HttpBindings }>;

export interface AppParts {
  readonly access: AccessOptions;
  readonly sessions: Sessions;
  readonly data: ConsoleData;
  readonly live: LiveHub;
  /** Handles `/v1/traces`, including the refusal of browsers. */
  readonly ingest: Ingest;
  /** Aborts when the console ends. */
  readonly closing: AbortSignal;
}

export function consoleApp({ access, sessions, data, live, ingest, closing }: AppParts): ConsoleApp {
  const app: ConsoleApp = new Hono<{ Bindings: HttpBindings }>();
  app.use(secureHeaders());
  // Probes use an IP address as host, and get no information.
  app.get('/healthz', (c) => c.text('ok'));
  const refused = (reason: 'host' | 'token') => (c: Context) => {
    if (c.req.path === '/v1/traces') ingest.refuse(reason);
  };
  app.use(hostCheck(access, refused('host')));
  app.use('/v1/*', tokenNeeded(access, refused('token')));
  app.route('/', ingest.app);
  app.all('/v1/*', (c) =>
    refuse(c, 404, `There is nothing at ${c.req.path}: POST /v1/traces accepts spans.`),
  );
  app.use(originCheck());
  app.route('/', loginRoutes(access, sessions));
  app.route('/', assetRoutes());
  app.use(
    '/api/*',
    sessionNeeded(access, sessions, (c) =>
      refuse(c, 401, 'A session is needed: log in at /login, or send authorization: Bearer <token>.'),
    ),
  );
  app.route('/', eventRoutes(data, live, closing));
  app.route('/', apiRoutes(data));
  app.use(
    sessionNeeded(access, sessions, (c) => {
      const { pathname, search } = new URL(c.req.url);
      return c.redirect(`/login?to=${encodeURIComponent(pathname + search)}`, 303);
    }),
  );
  app.route('/', pageRoutes());
  return app;
}
