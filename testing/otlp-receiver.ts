/**
 * A small, real OTLP/HTTP receiver, from which tests read traces.
 *
 * Tests judge traces as they arrived here over the wire, never from the memory of the process that created them.
 * Memory is bounded: beyond `maxSpans` the oldest traces are dropped.
 *
 * @see https://opentelemetry.io/docs/specs/otlp/#otlphttp
 */
import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { decodeTraceRequest } from './otlp-protobuf';
import { type OtlpTraceRequest, type ReceivedSpan, spansOf } from './otlp-span';
import { TraceStore } from './otlp-store';

/** Enough for a test of some thousand runs. */
const DEFAULT_MAX_SPANS = 200_000;
/** Limit of the OpenTelemetry collector; larger requests are refused. */
const DEFAULT_MAX_BODY_BYTES = 20 * 1024 * 1024;
const TRACE_PAGE = /^\/trace\/([0-9a-f]{32})$/;

/** Options of {@link startOtlpReceiver}. */
export interface OtlpReceiverOptions {
  /** Maximum number of spans that are kept, over all traces. @default 200000 */
  readonly maxSpans?: number;
  /** Bytes of the largest accepted request; a larger one is refused with status 413. @default 20 MB */
  readonly maxBodyBytes?: number;
  /** Whether a request that is too large is refused at once and its connection closed, as some proxies do. */
  readonly refusesEarly?: boolean;
  /** Renders the text of `GET /trace/<TraceId>`; without it there is no such page. */
  readonly page?: (trace: readonly ReceivedSpan[]) => string;
}

/** A running receiver. */
export interface OtlpReceiver {
  /** Base URL without a trailing slash, for `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  readonly url: string;
  /** Returns the trace IDs of all kept traces, oldest first. */
  traceIds(): string[];
  /** Returns the trace's spans in the order of their arrival; empty if there are none. */
  spans(traceId: string): readonly ReceivedSpan[];
  /** Returns the trace's spans in the order of their start. */
  trace(traceId: string): ReceivedSpan[];
  /**
   * Waits until the trace's spans satisfy the predicate, and returns them in the order of their start.
   * Rejects after `timeoutMs`, by default 30 s, with the names of the received spans.
   */
  waitFor(
    traceId: string,
    predicate: (trace: readonly ReceivedSpan[]) => boolean,
    timeoutMs?: number,
  ): Promise<ReceivedSpan[]>;
  /** Stops listening and drops open connections. May be called twice. */
  close(): Promise<void>;
}

/** Starts a receiver on a free port of the loopback interface. */
export async function startOtlpReceiver(options: OtlpReceiverOptions = {}): Promise<OtlpReceiver> {
  const store = new TraceStore(options.maxSpans ?? DEFAULT_MAX_SPANS);
  const server = createServer((request, response) => {
    handle(request, response, store, options).catch((error: unknown) => reply(response, 500, String(error)));
  });
  // Instrumentations patch `http.Server.prototype.emit`. Were the receiver traced by the process that it
  // shares with a test, each export would cause a span, and that span the next export.
  server.emit = EventEmitter.prototype.emit;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  return Object.freeze({
    url: `http://127.0.0.1:${port}`,
    traceIds: () => store.traceIds(),
    spans: (traceId: string) => store.spans(traceId),
    trace: (traceId: string) => store.trace(traceId),
    waitFor: (traceId: string, predicate: (trace: readonly ReceivedSpan[]) => boolean, timeoutMs = 30_000) =>
      store.waitFor(traceId, predicate, timeoutMs),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  store: TraceStore,
  { page, maxBodyBytes = DEFAULT_MAX_BODY_BYTES, refusesEarly = false }: OtlpReceiverOptions,
): Promise<void> {
  const traceId = TRACE_PAGE.exec(request.url ?? '')?.[1];
  if (request.method === 'GET' && traceId !== undefined && page !== undefined) {
    const trace = store.trace(traceId);
    if (trace.length === 0) reply(response, 404, `No span of trace ${traceId} has arrived yet.\n`);
    else reply(response, 200, page(trace));
    return;
  }
  if (request.method !== 'POST' || request.url !== '/v1/traces') {
    reply(response, 404, 'This receiver takes POST /v1/traces.\n');
    return;
  }
  const contentType = request.headers['content-type']?.split(';')[0]?.trim();
  if (contentType !== 'application/json' && contentType !== 'application/x-protobuf') {
    reply(response, 415, 'Send application/json or application/x-protobuf.\n');
    return;
  }
  const body = await bodyOf(request, maxBodyBytes, refusesEarly);
  if (body === undefined) {
    if (refusesEarly) response.shouldKeepAlive = false;
    reply(response, 413, `A request has at most ${maxBodyBytes} bytes.\n`);
    return;
  }
  try {
    const bytes = request.headers['content-encoding'] === 'gzip' ? gunzip(body, maxBodyBytes) : body;
    const isJson = contentType === 'application/json';
    store.add(
      spansOf(isJson ? (JSON.parse(bytes.toString('utf8')) as OtlpTraceRequest) : decodeTraceRequest(bytes)),
    );
  } catch (error) {
    reply(response, 400, `Not a trace request: ${String(error)}\n`);
    return;
  }
  // An empty ExportTraceServiceResponse: everything was accepted.
  reply(response, 200, contentType === 'application/json' ? '{}' : '', contentType);
}

/**
 * Returns the whole body, or `undefined` if it is too large; then the rest is read and dropped, or not read if
 * `closes`.
 */
async function bodyOf(
  request: IncomingMessage,
  maxBytes: number,
  closes: boolean,
): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length <= maxBytes) chunks.push(chunk);
    else if (closes) return undefined;
  }
  return length <= maxBytes ? Buffer.concat(chunks) : undefined;
}

function gunzip(body: Buffer, maxOutputLength: number): Buffer {
  return gunzipSync(body, { maxOutputLength });
}

function reply(
  response: ServerResponse,
  statusCode: number,
  body: string,
  contentType = 'text/plain; charset=utf-8',
): void {
  response.writeHead(statusCode, { 'content-type': contentType }).end(body);
}
