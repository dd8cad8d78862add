/** A receiver of webhooks: keeps what it gets, and answers as a test wants it. */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import type { AlertPayload } from 'temporal-job-tracing/alerts';
import { until } from '../../../testing/until.js';
import { schemaProblems } from './schema.js';

/** The signing key of all receivers. */
export const HOOK_KEY = `whsec_${Buffer.from('a key of a test, 32 bytes long!!').toString('base64')}`;

/** A message that was received. */
export interface Received {
  readonly atMs: number;
  readonly path: string;
  readonly id: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly payload: AlertPayload;
  /** What the receiver answered. */
  readonly status: number;
}

/** How a request is answered: a status, with headers; `hang`: not at all. */
export type Answer = number | 'hang' | { readonly status: number; readonly headers: Record<string, string> };

export class Receiver {
  readonly url: string;
  /** All requests, in order. */
  readonly received: Received[] = [];
  /** How the next requests are answered. */
  answer: (path: string) => Answer = () => 204;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () =>
        this.#take(request.url ?? '', request.headers, Buffer.concat(chunks), response),
      );
    });
  }

  static async start(port = 0): Promise<Receiver> {
    const server = createServer().listen(port, '127.0.0.1');
    await once(server, 'listening');
    return new Receiver(server);
  }

  /** A channel of the configuration whose messages arrive here. */
  channel(path = '/hook') {
    return { type: 'webhook', url: this.url + path, secret: { secret: 'HOOK_KEY' } } as const;
  }

  /** Messages that were taken, as `type state: subject`. */
  told(path?: string): string[] {
    return this.taken(path).map(({ payload: { type, data } }) => {
      const marks = [data.reminder && 'reminder', data.flapping && 'flapping'].filter((mark) => mark);
      const subject = data.job ?? data.taskQueue ?? `${data.jobs?.count ?? ''}`;
      return [type, data.state, ...marks, subject].join(' ').trim();
    });
  }

  /** Messages that were answered with success. */
  taken(path?: string): Received[] {
    return this.received.filter((one) => one.status < 300 && (path === undefined || one.path === path));
  }

  /** Waits until this many messages were taken. */
  async has(count: number, within = 60_000, path?: string): Promise<Received[]> {
    await until(() => this.taken(path).length >= count, {
      within,
      says: () => `${count} messages; there are: ${this.told(path).join(', ')}`,
    });
    return this.taken(path);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #take(path: string, headers: IncomingHttpHeaders, bytes: Buffer, response: ServerResponse): void {
    const body = bytes.toString();
    const answer = this.answer(path);
    const { status, headers: sent = {} } =
      typeof answer === 'object' ? answer : { status: answer === 'hang' ? 0 : answer, headers: {} };
    if (path.startsWith('/hook')) {
      // Throws for a signature that is wrong, or a time that is not now.
      new Webhook(HOOK_KEY).verify(body, headers as Record<string, string>);
      const payload = JSON.parse(body) as AlertPayload;
      const problems = schemaProblems(payload);
      if (problems.length > 0) throw new Error(`${problems.join('; ')}: ${body}`);
    }
    this.received.push({
      atMs: Date.now(),
      path,
      id: String(headers['webhook-id']),
      headers,
      body,
      payload: body === '' ? ({} as AlertPayload) : JSON.parse(body),
      status: answer === 'hang' ? 999 : status,
    });
    if (answer !== 'hang') response.writeHead(status, sent).end();
  }
}
