/**
 * The console's ingest and store, without its API and pages, on a free port and in a directory of their own.
 */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serve } from '@hono/node-server';
import { createIngest, type Ingest } from '../../console/ingest';
import { embeddedTraces, type Trace, type TraceSource } from '../../console/sources';
import { openStore, type Store, type StoreLimits } from '../../console/store';

export type Body = string | Uint8Array<ArrayBuffer>;

export interface ConsoleIngest {
  /** Without a trailing slash, as `OTEL_EXPORTER_OTLP_ENDPOINT` has it. */
  readonly url: string;
  readonly store: Store;
  readonly ingest: Ingest;
  readonly source: TraceSource;
  /** Returns the trace; throws if none of its spans is stored. */
  trace(traceId: string): Promise<Trace>;
  post(body: Body, headers?: Record<string, string>): Promise<Response>;
  /** Stops the server and deletes its directory, unless the caller passed one. */
  close(): Promise<void>;
}

export interface ConsoleIngestOptions {
  readonly directory?: string;
  readonly limits?: Partial<StoreLimits>;
  readonly roomBytes?: number;
}

export async function startConsoleIngest(options: ConsoleIngestOptions = {}): Promise<ConsoleIngest> {
  const { limits = {}, roomBytes } = options;
  const directory = options.directory ?? mkdtempSync(join(tmpdir(), 'console-'));
  const store = await openStore({ directory, limits });
  const ingest = createIngest({ spans: store.spans, ...(roomBytes !== undefined && { roomBytes }) });
  const server = serve({
    fetch: ingest.app.fetch,
    hostname: '127.0.0.1',
    port: 0,
    overrideGlobalObjects: false,
  }) as Server;
  // As the console's own; a shorter one may end just when a busy machine sends its next request.
  server.keepAliveTimeout = 65_000;
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const source = embeddedTraces(store.spans);
  return {
    url,
    store,
    ingest,
    source,
    async trace(traceId) {
      const trace = await source.trace(traceId);
      if (!trace) throw new Error(`no span of ${traceId} is stored`);
      return trace;
    },
    post: (body, headers = { 'content-type': 'application/json' }) =>
      fetch(`${url}/v1/traces`, { method: 'POST', body, headers }),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await store.close();
      if (options.directory === undefined) rmSync(directory, { recursive: true });
    },
  };
}
