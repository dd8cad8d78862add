/**
 * HTTP services: real servers that record their requests, and respond as a test determines.
 */
import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as it arrived. */
export interface ServedRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Resolves when the connection closes, which is early if the caller has aborted the request. */
  readonly aborted: Promise<void>;
}

export interface HttpService {
  /** `http://host:port`. */
  readonly url: string;
  /** Requests so far, oldest first. */
  readonly requests: readonly ServedRequest[];
  close(): Promise<void>;
}

/** Starts a service on a free port. */
export async function startHttpService(
  respond: (request: ServedRequest, response: ServerResponse) => unknown,
  host = '127.0.0.1',
): Promise<HttpService> {
  const requests: ServedRequest[] = [];
  const server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = [];
    const aborted = once(response, 'close').then(() => {});
    try {
      for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
    } catch {
      // Closed by the caller.
    }
    const { method = '', url: path = '', headers } = incoming;
    const request = { method, path, headers, body: Buffer.concat(chunks).toString(), aborted };
    requests.push(request);
    await respond(request, response);
  });
  // Instrumentation of `node:http` in the test's process patches the prototype's `emit`; the service must not be
  // traced.
  server.emit = EventEmitter.prototype.emit;
  server.listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
