/**
 * Receives spans by OTLP/HTTP: `POST /v1/traces`. The response is sent after the commit, so that no
 * acknowledged span is lost, and senders, which have one request in flight, send no faster than spans can be
 * written.
 *
 * The server checks `Host` and token before, and reports what it refuses.
 */
import type { HttpBindings } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { type Spans, StoreError, type WriteOutcome } from '../store';
import { encodingOf, notStored, stored } from './answer';
import { type BodyProblem, BodyRoom, MAX_BODY_BYTES, readBody } from './body';
import { Counters, type IngestStatus, type RequestRefusal } from './counters';
import type { EncodingName } from './otlp/encodings';

/** Most bytes of request bodies in memory; beyond it requests are refused until there is room. */
const DEFAULT_ROOM_BYTES = 64 * 1024 * 1024;
const RETRY_SECONDS = { busy: 1, full: 30 } as const;

export interface IngestOptions {
  readonly spans: Pick<Spans, 'write'>;
  /** Most bytes of request bodies in memory. @default 64 MB */
  readonly roomBytes?: number;
}

export interface Ingest {
  /** Routes, to be mounted at `/`. */
  readonly app: Hono<{ Bindings: HttpBindings }>;
  /** Counts a request that the server has refused. */
  refuse(reason: Extract<RequestRefusal, 'host' | 'token'>): void;
  status(): IngestStatus;
}

export function createIngest({ spans, roomBytes = DEFAULT_ROOM_BYTES }: IngestOptions): Ingest {
  const endpoint = new Endpoint(spans, new BodyRoom(roomBytes));
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.post('/v1/traces', (context) => endpoint.post(context));
  app.all('/v1/traces', (context) => context.text('Send spans by POST.\n', 405, { allow: 'POST' }));
  return Object.freeze({
    app,
    refuse: (reason) => endpoint.counters.refuse(reason),
    status: () => endpoint.counters.status(),
  } satisfies Ingest);
}

class Endpoint {
  readonly counters = new Counters();

  constructor(
    private readonly spans: Pick<Spans, 'write'>,
    private readonly room: BodyRoom,
  ) {}

  async post({ req, env }: Context<{ Bindings: HttpBindings }>): Promise<Response> {
    // A web page can post to this port without a preflight. Browsers send these headers, exporters do not.
    if (req.header('origin') !== undefined || req.header('sec-fetch-site') !== undefined) {
      this.counters.refuse('browser');
      return new Response('Spans from web pages are not accepted.\n', { status: 403 });
    }
    const encoding = encodingOf(req.header('content-type'));
    if (!encoding) {
      this.counters.refuse('media-type');
      return new Response('Send application/x-protobuf or application/json.\n', { status: 415 });
    }
    const body = await readBody(env.incoming, this.room).catch(() => undefined);
    // The sender has disconnected.
    if (body === undefined) return new Response(null, { status: 400 });
    if (typeof body === 'string') return this.unread(encoding, body);
    const { length } = body;
    try {
      return this.written(encoding, await this.spans.write({ bytes: body, encoding }));
    } catch (error) {
      return this.failed(encoding, error);
    } finally {
      this.room.release(length);
    }
  }

  private written(encoding: EncodingName, outcome: WriteOutcome): Response {
    if ('malformed' in outcome) {
      this.counters.refuse('malformed');
      return notStored(encoding, 400, `Not a trace request: ${outcome.malformed}`);
    }
    const { accepted, refused } = outcome;
    this.counters.take(accepted, refused);
    const { ids, times, form } = refused;
    return stored(encoding, ids + times + form, 'Some spans have invalid ids or times.');
  }

  private unread(encoding: EncodingName, problem: BodyProblem): Response {
    if (problem === 'no-room')
      return this.busy(encoding, 'busy', 'Spans arrive faster than they can be written.');
    this.counters.refuse(problem);
    return problem === 'too-large'
      ? notStored(encoding, 413, `A request has at most ${MAX_BODY_BYTES} bytes after decompression.`)
      : notStored(encoding, 400, 'The body cannot be decompressed: expected gzip or none.');
  }

  private failed(encoding: EncodingName, error: unknown): Response {
    const isFull = error instanceof StoreError && error.problem === 'full';
    const message = error instanceof Error ? error.message : String(error);
    return this.busy(encoding, isFull ? 'full' : 'failed', message);
  }

  private busy(
    encoding: EncodingName,
    reason: Extract<RequestRefusal, 'busy' | 'full' | 'failed'>,
    message: string,
  ): Response {
    this.counters.refuse(reason);
    return notStored(encoding, 503, message, reason === 'busy' ? RETRY_SECONDS.busy : RETRY_SECONDS.full);
  }
}
