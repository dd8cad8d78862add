/** An OTLP collector that accepts everything and keeps nothing: it counts bytes, passes on requests, and can be slow. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A running collector. */
export interface Collector {
  readonly url: string;
  /** Returns the number of bytes received so far. */
  bytes(): number;
  close(): Promise<void>;
}

/** Options of {@link startCollector}. */
export interface CollectorOptions {
  /** Delay of each response, in milliseconds. @default 0 */
  readonly delayMs?: number;
  /** Receives the body of each request, before the response. */
  readonly take?: (body: Buffer) => void;
}

/** Starts a collector on a free port. */
export async function startCollector({ delayMs = 0, take }: CollectorOptions = {}): Promise<Collector> {
  let bytes = 0;
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) {
      bytes += (chunk as Buffer).length;
      if (take) chunks.push(chunk as Buffer);
    }
    take?.(Buffer.concat(chunks));
    if (delayMs > 0) await sleep(delayMs);
    response.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bytes: () => bytes,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
