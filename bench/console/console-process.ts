/**
 * Program: the console's store and intake in a process of its own, so that its memory and its delays are its own. What
 * is measured inside is asked for by messages.
 */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { createIngest } from '../../console/ingest';
import { embeddedTraces } from '../../console/sources';
import { openStore, type RunSummary } from '../../console/store';

/** What can be asked for. */
export type Question =
  | { readonly ask: 'trace'; readonly traceId: string }
  | { readonly ask: 'jobs' }
  | { readonly ask: 'status' }
  | { readonly ask: 'runs'; readonly runs: readonly RunSummary[] };

export interface ProcessAnswer {
  /** How long it took. */
  readonly ms: number;
  /** Spans of the trace, jobs. */
  readonly count: number;
  readonly bytesOnDisk: number;
  readonly residentBytes: number;
  /** The most since the start. */
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
  process.on('message', (question: Question) => void answer(question));
  process.on('disconnect', () => void store.close().then(() => process.exit(0)));

  async function answer(question: Question): Promise<void> {
    const started = performance.now();
    const count = await countOf(question);
    const ms = performance.now() - started;
    const { bytes } = await store.spans.status();
    const answered: ProcessAnswer = {
      ms,
      count,
      bytesOnDisk: bytes,
      residentBytes: process.memoryUsage.rss(),
      peakBytes: peakBytes(),
      cpuMs: cpuMs(),
      refusals: ingest.status().refusals,
    };
    process.send?.(answered);
  }

  async function countOf(question: Question): Promise<number> {
    switch (question.ask) {
      case 'trace':
        return (await source.trace(question.traceId))?.spans.length ?? 0;
      case 'jobs':
        return (await store.runs.jobs()).length;
      case 'runs':
        await store.runs.addRuns(question.runs);
        return question.runs.length;
      case 'status':
        return 0;
    }
  }
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Linux tells it; elsewhere what is used now. */
function peakBytes(): number {
  try {
    const [, kib] = /VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
    return Number(kib) * 1024;
  } catch {
    return process.memoryUsage.rss();
  }
}

void main(process.argv[2] ?? '');
