/**
 * One HTTP exchange: a request on a connection of its own, and its response read to the end.
 *
 * Uses `node:http`, since `fetch` gives up after five minutes without a header, and either follows redirects or hides
 * them. Reuses no connection, since the service may close an idle one at the moment it is used.
 */
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { unlessAborted } from '../../core/util/unless-aborted';

/** A request to send. */
export interface Outgoing {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | undefined;
  readonly signal: AbortSignal;
}

/** The response to a request. */
export interface Incoming {
  readonly status: number;
  /** HTTP version, such as `1.1`. */
  readonly version: string;
  /** Returns the value of a header, or its first one; the name is in lower case. */
  readonly header: (name: string) => string | undefined;
  /** The first bytes of the body. */
  readonly body: Buffer;
  /** Length of the whole body, in bytes. */
  readonly bytes: number;
}

/**
 * Sends a request and reads its response. Rejects if the response is not complete, and as soon as the request's
 * signal aborts; the connection is then closed.
 *
 * @param keepBytes most bytes of the body to keep; the rest is read, so that the service can finish, and discarded
 */
export function exchange(outgoing: Outgoing, keepBytes: number): Promise<Incoming> {
  // A connection that hangs may never settle `receive`.
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
      // A response 101: Node.js hands over the socket and emits no other event.
      .on('upgrade', ({ statusCode }, socket) => {
        socket.destroy();
        reject(new Error(`the service answered ${statusCode}, which is not supported`));
      })
      .on('close', () => reject(new Error('the connection was closed without an answer')))
      .end(body);
  });
}
