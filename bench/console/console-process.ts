/**
 * Program: the console's store and intake in a separate process, so that memory and delays can be attributed to them.
 * The benchmark requests its measurements by messages.
 */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { createIngest } from '../../console/ingest';
import { embeddedTraces } from '../../console/sources';
import { openStore, type RunSummary } from '../../console/store';

/** A message to the process: read a trace, the jobs or only the status, or store runs. */
export type ProcessRequest =
  | { readonly type: 'trace'; readonly traceId: string }
  | { readonly type: 'jobs' }
  | { readonly type: 'status' }
  | { readonly type: 'runs'; readonly runs: readonly RunSummary[] };

/** The response of the process to a {@link ProcessRequest}. */
export interface ProcessResponse {
  /** Duration of the request, in milliseconds. */
  readonly ms: number;
  /** Number of the spans, jobs or runs that were read or stored. */
  readonly count: number;
  readonly bytesOnDisk: number;
  readonly residentBytes: number;
  /** Peak of resident memory since the start, in bytes. */
  readonly peakBytes: number;
  /** CPU time of all threads since the start, in milliseconds. */
  readonly cpuMs: number;
  readonly refusals: readonly string[];
}

async function main(directory: string): Promise<void> {
  const begun = performance.now();
  const store = await openStore({ directory });
  const ingest = createIngest({ spans: store.spans });
  const source = embeddedTraces(store.spans);
  const server = serve({ fetch: ingest.app.fetch, hostname: '127.0.0.1', port: 0 }) as Server;
  await once(server, 'listening');
  process.send?.({
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ms: performance.now() - begun,
  });
  process.on('message', (request: ProcessRequest) => void respond(request));
  process.on('disconnect', () => void store.close().then(() => process.exit(0)));

  async function respond(request: ProcessRequest): Promise<void> {
    const started = performance.now();
    const count = await countOf(request);
    const ms = performance.now() - started;
    const { bytes } = await store.spans.status();
    const response: ProcessResponse = {
      ms,
      count,
      bytesOnDisk: bytes,
      residentBytes: process.memoryUsage.rss(),
      peakBytes: peakBytes(),
      cpuMs: cpuMs(),
      refusals: ingest.status().refusals,
    };
    process.send?.(response);
  }

  async function countOf(request: ProcessRequest): Promise<number> {
    switch (request.type) {
      case 'trace':
        return (await source.trace(request.traceId))?.spans.length ?? 0;
      case 'jobs':
        return (await store.runs.jobs()).length;
      case 'runs':
        await store.runs.addRuns(request.runs);
        return request.runs.length;
      case 'status':
        return 0;
    }
  }
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Returns the peak of resident memory on Linux; elsewhere its current size. */
function peakBytes(): number {
  try {
    const [, kib] = /VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
    return Number(kib) * 1024;
  } catch {
    return process.memoryUsage.rss();
  }
}

void main(process.argv[2] ?? '');
