/**
 * Trace requests in protobuf, as an exporter sends them: spans of a typical size, with new ids and times in each
 * request.
 */
import { randomFillSync } from 'node:crypto';
import { Writer } from 'protobufjs/minimal';

/** Default of OpenTelemetry's batch processor. */
export const SPANS_PER_REQUEST = 512;
/** Spans of each trace in a request, unless {@link BodyOptions.spansPerTrace} is set. */
export const SPANS_PER_TRACE = 8;

const NAMES = [
  'RunWorkflow:nightlyReport',
  'RunActivity:load',
  'GET',
  'POST /orders/:id',
  'SELECT users',
  'render',
];
const TRACE_ID_BYTES = 16;
const SPAN_ID_BYTES = 8;

/** A request, and the id of its first trace. */
export interface Body {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly traceId: string;
}

/** Options of {@link traceBody}. */
export interface BodyOptions {
  /** Spans of the request. @default {@link SPANS_PER_REQUEST} */
  readonly spans?: number;
  /** Spans of each trace. @default {@link SPANS_PER_TRACE} */
  readonly spansPerTrace?: number;
  /** Trace ID of all spans, 32 hex digits. @default a new one for each trace */
  readonly traceId?: string;
}

/** Returns a new trace request. */
export function traceBody(options: BodyOptions = {}): Body {
  const { spans = SPANS_PER_REQUEST, spansPerTrace = SPANS_PER_TRACE } = options;
  const commonTraceId = options.traceId === undefined ? undefined : Buffer.from(options.traceId, 'hex');
  const ids = randomFillSync(Buffer.alloc(spans * (TRACE_ID_BYTES + SPAN_ID_BYTES)));
  const traceIdOf = (index: number) => {
    const from = Math.floor(index / spansPerTrace) * TRACE_ID_BYTES;
    return commonTraceId ?? ids.subarray(from, from + TRACE_ID_BYTES);
  };
  const spanIdOf = (index: number) => {
    const from = spans * TRACE_ID_BYTES + index * SPAN_ID_BYTES;
    return ids.subarray(from, from + SPAN_ID_BYTES);
  };
  const writer = Writer.create();
  within(writer, 1, () => {
    within(writer, 1, () => {
      attribute(writer, 1, 'service.name', 'shop');
      attribute(writer, 1, 'host.name', 'worker-7f9c5d8b4-x2x9z');
      attribute(writer, 1, 'telemetry.sdk.language', 'nodejs');
    });
    within(writer, 2, () => {
      within(writer, 1, () => writer.uint32(tag(1, 2)).string('shop'));
      for (let index = 0; index < spans; index++) {
        const root = index - (index % spansPerTrace);
        const parent = index === root ? undefined : spanIdOf(root);
        within(writer, 2, () => span(writer, index, traceIdOf(index), spanIdOf(index), parent));
      }
    });
  });
  return { bytes: Uint8Array.from(writer.finish()), traceId: traceIdOf(0).toString('hex') };
}

function span(
  writer: Writer,
  index: number,
  traceId: Uint8Array,
  spanId: Uint8Array,
  parent: Uint8Array | undefined,
): void {
  const end = BigInt(Math.round((performance.timeOrigin + performance.now()) * 1000)) * 1000n;
  const start = end - BigInt(1_000_000 + Math.floor(Math.random() * 1e9));
  writer.uint32(tag(1, 2)).bytes(traceId).uint32(tag(2, 2)).bytes(spanId);
  if (parent) writer.uint32(tag(4, 2)).bytes(parent);
  writer.uint32(tag(5, 2)).string(NAMES[index % NAMES.length] ?? '');
  writer.uint32(tag(6, 0)).uint32((index % 3) + 1);
  writer.uint32(tag(7, 1)).fixed64(longOf(start)).uint32(tag(8, 1)).fixed64(longOf(end));
  attribute(writer, 9, 'http.request.method', 'GET');
  attribute(writer, 9, 'url.full', `http://users:8080/users/${Math.floor(Math.random() * 1e6)}`);
  attribute(writer, 9, 'server.address', 'users');
  attribute(writer, 9, 'http.response.status_code', '200');
}

function attribute(writer: Writer, field: number, key: string, value: string): void {
  within(writer, field, () => {
    writer.uint32(tag(1, 2)).string(key);
    within(writer, 2, () => writer.uint32(tag(1, 2)).string(value));
  });
}

function within(writer: Writer, field: number, write: () => unknown): void {
  writer.uint32(tag(field, 2)).fork();
  write();
  writer.ldelim();
}

function tag(field: number, wireType: number): number {
  return (field << 3) | wireType;
}

function longOf(value: bigint): { low: number; high: number; unsigned: true } {
  return { low: Number(value & 0xffffffffn) | 0, high: Number(value >> 32n) | 0, unsigned: true };
}
