/**
 * Starts the console (store, connection, pollers, server) and stops all of it in bounded time.
 */
import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createAdaptorServer } from '@hono/node-server';
import type { DataConverter } from '@temporalio/common';
import { JobClient } from '../client/index';
import { IncidentStates } from './alerts/incident-states';
import { Incidents } from './alerts/incidents';
import type { Watchers } from './alerts/watchers';
import type { ConsoleData, NamespaceData } from './api/console-data';
import { type AccessOptions, isLoopback } from './api/http/access';
import { consoleApp } from './api/http/app';
import { Sessions } from './api/http/sessions';
import { LiveHub } from './api/live';
import { ConsoleError } from './console-error';
import { createIngest, type IngestStatus } from './ingest/index';
import { loadDataConverter, loadPolicy } from './modules';
import type { ConsoleOptions } from './options';
import { embeddedTraces } from './sources/index';
import { openStore, type SpanStoreStatus, type Store, StoreError } from './store/index';
import { TemporalCalls } from './temporal/calls';
import { connectTemporal, type TemporalConnection } from './temporal/connection';
import { ForgottenRuns } from './temporal/forgotten-runs';
import { Poller } from './temporal/poller';
import { ShardReader } from './temporal/shards';
import { TaskQueues } from './temporal/task-queues';
import type { RunsChanged, TracesStatus } from './types';

const DEFAULT_HOST = '127.0.0.1';
const DEFAULT_PORT = 4318;
/**
 * Keep-alive time of connections, in milliseconds. Exporters send every five seconds, exactly when Node.js
 * closes idle connections by default.
 */
const KEEP_ALIVE_MS = 65_000;
const PUBLISH_INTERVAL_MS = 500;
const MAX_PUBLISHED_TRACES = 1_000;
const CLOSE_TIMEOUT_MS = 1_000;

export interface RunningConsole {
  /** Address of the console, as in `http://127.0.0.1:4318`. */
  readonly url: string;
  /** Messages to print at the start, one sentence each. */
  readonly notices: readonly string[];
  /** Address of the Temporal server. */
  readonly temporalAddress: string;
  readonly dataDirectory: string;
  /** Resolves if the store fails: nothing works any more, and the console must be closed. */
  readonly failed: Promise<ConsoleError>;
  /** Stops the console within seconds. May be called twice. */
  close(): Promise<void>;
}

/** Starts the console. Rejects with a {@link ConsoleError} for errors that the user can fix. */
export async function startConsole(options: ConsoleOptions): Promise<RunningConsole> {
  const access = accessOf(options);
  const stops: (() => unknown)[] = [];
  const close = once(async () => {
    for (const stop of stops.reverse()) await stop();
  });
  try {
    return { ...(await start(options, access, stops)), close };
  } catch (error) {
    await close();
    if (error instanceof StoreError) throw new ConsoleError(error.message, { cause: error });
    throw error;
  }
}

function accessOf({ host: given = DEFAULT_HOST, allowedHosts = [], token }: ConsoleOptions): AccessOptions {
  // An IPv6 address may be written as in a URL.
  const host = given.replace(/^\[(.+)\]$/, '$1');
  if (!isLoopback(host) && !token)
    throw new ConsoleError(
      `--host ${host} opens the console to the network: set JOB_TRACING_CONSOLE_TOKEN or --token-file, and log in with that token.`,
    );
  return { host, allowedHosts, token: token || undefined };
}

async function start(
  options: ConsoleOptions,
  access: AccessOptions,
  stops: (() => unknown)[],
): Promise<Omit<RunningConsole, 'close'>> {
  const { policy, close: closePolicy } = await loadPolicy(options);
  stops.push(closePolicy);
  const dataConverter =
    options.dataConverter === undefined ? undefined : await loadDataConverter(options.dataConverter);
  const store = await openStore({
    ...(options.data !== undefined && { directory: options.data }),
    ...(options.limits && { limits: options.limits }),
  });
  stops.push(() => store.close());
  const connection = connectTemporal({ ...options.temporal, dataConverter });
  const live = new LiveHub();
  const ingest = createIngest({ spans: store.spans });
  stops.push(publishTraces(store, live));
  const watchers = await watchersFor(options, dataConverter, [...connection.clients.keys()], live);
  stops.push(() => watchers?.stop());
  const namespaces = namespaceData(options, connection, store, live, policy, watchers);
  stops.push(() => closeConnection(connection, namespaces));
  const data: ConsoleData = {
    namespaces,
    index: store.runs,
    traces: embeddedTraces(store.spans),
    tracesStatus: async () => tracesStatus(ingest.status(), await store.spans.status()),
    webUi: options.webUi?.replace(/\/+$/, ''),
    version: packageVersion(),
    hasLogin: access.token !== undefined,
  };
  const port = options.port ?? DEFAULT_PORT;
  const closing = new AbortController();
  const server = await listen(access.host, port, (actualPort) =>
    consoleApp({
      access,
      sessions: new Sessions(actualPort),
      data,
      live,
      ingest,
      closing: closing.signal,
    }),
  );
  stops.push(() => {
    closing.abort();
    return endServer(server);
  });
  for (const { poller, incidents } of namespaces.values()) {
    poller.start();
    stops.push(() => poller.stop());
    stops.push(() => incidents.stop());
  }
  const { port: actualPort } = server.address() as AddressInfo;
  const name = access.host.includes(':') ? `[${access.host}]` : access.host;
  return {
    url: `http://${name}:${actualPort}`,
    notices: store.notices,
    temporalAddress: connection.address,
    dataDirectory: store.directory,
    failed: store.failed.then((error) => new ConsoleError(error.message, { cause: error })),
  };
}

function tracesStatus(ingest: IngestStatus, kept: SpanStoreStatus): TracesStatus {
  return { source: 'embedded', ...ingest, ...kept };
}

/** Publishes traces with new spans to open pages, in batches. Returns a function that stops this. */
function publishTraces(store: Store, live: LiveHub): () => void {
  let traceIds = new Set<string>();
  const flush = () => {
    if (traceIds.size > 0) live.emit('traces', { traceIds: [...traceIds] });
    traceIds = new Set();
  };
  const timer = setInterval(flush, PUBLISH_INTERVAL_MS).unref();
  const end = store.spans.onTraces((ids) => {
    // Traces beyond the limit are published with their next spans.
    if (traceIds.size < MAX_PUBLISHED_TRACES) for (const id of ids) traceIds.add(id);
  });
  return () => {
    clearInterval(timer);
    end();
  };
}

/**
 * Starts the watchers of `--alerts`. Loaded on demand, so that a console without alerts loads no Temporal
 * worker.
 */
async function watchersFor(
  { alerts, alertsModule, temporal = {} }: ConsoleOptions,
  dataConverter: DataConverter | undefined,
  namespaces: readonly string[],
  live: LiveHub,
): Promise<Watchers | undefined> {
  if (alerts === undefined) return undefined;
  const { startWatchers } = await import('./alerts/watchers.js');
  const onChange = () => live.emit('alerts', {});
  return startWatchers({
    config: alerts,
    module: alertsModule,
    temporal,
    dataConverter,
    namespaces,
    onChange,
  });
}

/** Closes the connection when no call is in flight; waits at most a second. */
function closeConnection(
  connection: TemporalConnection,
  namespaces: ReadonlyMap<string, NamespaceData>,
): Promise<void> {
  const settled = Promise.all(Array.from(namespaces.values(), ({ calls }) => calls.settled()));
  const closed = settled.then(() => connection.close());
  return Promise.race([closed, sleep(CLOSE_TIMEOUT_MS, undefined, { ref: false })]);
}

function namespaceData(
  { pollMs }: ConsoleOptions,
  connection: TemporalConnection,
  store: Store,
  live: LiveHub,
  policy: Pick<ConstructorParameters<typeof JobClient>[0], 'redis' | 'sampling'>,
  watchers: Watchers | undefined,
): ReadonlyMap<string, NamespaceData> {
  return new Map(
    Array.from(connection.clients, ([name, client]) => {
      const calls = new TemporalCalls(client, () => live.emit('status', {}));
      const onRuns = (changed: RunsChanged) => live.emit('runs', changed);
      const poller = new Poller(calls, store.runs, onRuns, {
        ...(pollMs !== undefined && { intervalMs: pollMs, idleIntervalMs: pollMs }),
      });
      const jobs = new JobClient({ client, indexLagMs: 0, ...policy });
      const queues = new TaskQueues(calls);
      return [
        name,
        {
          name,
          calls,
          poller,
          forgotten: new ForgottenRuns(calls, store.runs, onRuns),
          jobs,
          queues,
          shards: new ShardReader(calls),
          incidents: new Incidents(calls, () => live.emit('alerts', {})),
          states: new IncidentStates(calls, queues),
          watchers,
        },
      ];
    }),
  );
}

/** Starts the server, then creates the app, which depends on the actual port. */
async function listen(
  host: string,
  port: number,
  makeApp: (port: number) => ReturnType<typeof consoleApp>,
): Promise<Server> {
  let app: ReturnType<typeof consoleApp> | undefined;
  const server = createAdaptorServer({
    fetch: (request, env) => app?.fetch(request, env) ?? new Response('starting', { status: 503 }),
  }) as Server;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, host, port)));
    server.listen(port, host, resolve);
  });
  app = makeApp((server.address() as AddressInfo).port);
  return server;
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): Error {
  const place = `${host}:${port}`;
  if (error.code === 'EADDRINUSE')
    return new ConsoleError(
      `${place} is in use, perhaps by another console or a collector: stop it, or choose another --port and set OTEL_EXPORTER_OTLP_ENDPOINT of the senders to it.`,
      { cause: error },
    );
  return new ConsoleError(`Cannot listen on ${place}: ${error.message}`, { cause: error });
}

function endServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
    setTimeout(() => server.closeAllConnections(), 1_000).unref();
  });
}

function packageVersion(): string {
  const manifest = JSON.parse(readFileSync(join(__dirname, '..', '..', 'package.json'), 'utf8')) as {
    version: string;
  };
  return manifest.version;
}

function once(fn: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => {
    done ??= fn();
    return done;
  };
}
