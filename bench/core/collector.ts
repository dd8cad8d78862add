/** An OTLP collector that takes everything and keeps nothing: it counts requests, and can be slow. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Collector {
  readonly url: string;
  /** Bytes received so far. */
  bytes(): number;
  close(): Promise<void>;
}

/** @param delayMs for each request: what it takes until it is answered */
export async function startCollector(delayMs = 0): Promise<Collector> {
  let bytes = 0;
  const server = createServer(async (request, response) => {
    for await (const chunk of request) bytes += (chunk as Buffer).length;
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
