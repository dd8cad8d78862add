/**
 * One HTTP exchange: a request on a connection of its own, its answer read to the end.
 *
 * By `node:http`, not `fetch`: that gives up after five minutes without a header, and follows redirects or hides
 * them. A connection of its own, since one that was kept open may be closed by the service just as it is used.
 */
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { unlessAborted } from './unless-aborted';

export interface Outgoing {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | undefined;
  readonly signal: AbortSignal;
}

export interface Incoming {
  readonly status: number;
  /** The HTTP version, as in `1.1`. */
  readonly version: string;
  readonly header: (name: string) => string | undefined;
  /** The first `keepBytes` of the body. */
  readonly body: Buffer;
  /** Length of the whole body. */
  readonly bytes: number;
}

/**
 * Rejects when there is no complete answer, and in any case when the signal aborts: the connection is then closed.
 *
 * @param keepBytes of the answer's body; the rest is read, so that the service can end its work, and dropped
 */
export function exchange(outgoing: Outgoing, keepBytes: number): Promise<Incoming> {
  // Whatever the connection does or does not tell.
  return unlessAborted(receive(outgoing, keepBytes), outgoing.signal);
}

async function receive(outgoing: Outgoing, keepBytes: number): Promise<Incoming> {
  const response = await send(outgoing);
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    if (bytes < keepBytes) chunks.push(chunk.subarray(0, keepBytes - bytes));
    bytes += chunk.length;
  }
  return {
    status: response.statusCode ?? 0,
    version: response.httpVersion,
    header: (name) => {
      const value = response.headers[name];
      return Array.isArray(value) ? value[0] : value;
    },
    body: Buffer.concat(chunks),
    bytes,
  };
}

function send({ url, method, headers, body, signal }: Outgoing): Promise<IncomingMessage> {
  const request = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': String(body.length) };
    request(url, { method, headers: { ...headers, ...length }, signal, agent: false }, resolve)
      .on('error', reject)
      // An answer of 101: Node.js gives up the connection, and tells nobody else of it.
      .on('upgrade', ({ statusCode }, socket) => {
        socket.destroy();
        reject(new Error(`the service answered ${statusCode}, which leaves HTTP`));
      })
      .on('close', () => reject(new Error('the connection was closed without an answer')))
      .end(body);
  });
}
