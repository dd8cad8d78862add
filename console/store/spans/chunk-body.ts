/**
 * The body of a chunk: spans of one trace as compact JSON, deflated with a fixed dictionary.
 *
 * The format, including the dictionary, is part of the schema: increment the store's schema version with any
 * change.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { defined } from '../../../core/util/defined';
import type { Attribute, SpanScope, SpanSender, TraceSpan } from '../../sources/trace-source';
import { DICTIONARY } from './dictionary';
import { type EventRecord, type LinkRecord, SPAN_KINDS, SPAN_STATUSES, type SpanRecord } from './span-record';

/** A quarter less work than level 6, for a twentieth more bytes. */
const OPTIONS = { level: 3, dictionary: DICTIONARY };

const NO_SENDER: SpanSender = { service: 'unknown_service', resource: [] };
const NO_SCOPE: SpanScope = { name: '' };

/** Nanoseconds relative to the chunk's first start, as a number if it is a safe integer, else as a string. */
type Nanos = number | string;

/** A span; trailing members with default values (0, an empty string or list) are left out. */
type Row = [
  spanId: string,
  parentSpanId?: string,
  name?: string,
  kind?: number,
  start?: Nanos,
  duration?: Nanos,
  sender?: number,
  scope?: number,
  flags?: number,
  attributes?: readonly Attribute[],
  status?: number,
  statusMessage?: string,
  events?: readonly (readonly [name: string, at: Nanos, attributes: readonly Attribute[]])[],
  links?: readonly (readonly [traceId: string, spanId: string, attributes: readonly Attribute[]])[],
  traceState?: string,
  dropped?: number,
];

type Body = readonly [
  base: string,
  senders: readonly SpanSender[],
  scopes: readonly SpanScope[],
  rows: readonly Row[],
];

/** Encodes spans of one trace as the body of a chunk. */
export function encodeChunk(spans: readonly SpanRecord[]): Uint8Array {
  const base = firstStart(spans);
  const senders = new Numbers<SpanSender>();
  const scopes = new Numbers<SpanScope>();
  const rows = spans.map((span) => encodeRow(span, base, senders.of(span.sender), scopes.of(span.scope)));
  const body: Body = [String(base), senders.all, scopes.all, rows];
  return deflateRawSync(JSON.stringify(body), OPTIONS);
}

/** Decodes the spans of a chunk. Throws if {@link encodeChunk} has not written it. */
export function decodeChunk(bytes: Uint8Array): TraceSpan[] {
  const text = inflateRawSync(bytes, { dictionary: DICTIONARY }).toString();
  const [base, senders, scopes, rows] = JSON.parse(text) as Body;
  const baseNanos = BigInt(base);
  return rows.map((row) => decodeRow(row, baseNanos, senders, scopes));
}

/** Numbers items in the order in which they first occur, so that rows refer to them by number. */
class Numbers<T> {
  readonly all: T[] = [];
  private readonly numbers = new Map<T, number>();

  of(item: T): number {
    let number = this.numbers.get(item);
    if (number === undefined) {
      number = this.all.push(item) - 1;
      this.numbers.set(item, number);
    }
    return number;
  }
}

function firstStart(spans: readonly SpanRecord[]): bigint {
  let first = spans[0]?.startNanos ?? 0n;
  // `Math.min` takes no bigint.
  for (const { startNanos } of spans) if (startNanos < first) first = startNanos;
  return first;
}

function encodeRow(span: SpanRecord, base: bigint, sender: number, scope: number): Row {
  const row: Row = [
    span.spanId,
    span.parentSpanId,
    span.name,
    span.kind,
    encodeNanos(span.startNanos - base),
    encodeNanos(span.endNanos - span.startNanos),
    sender,
    scope,
    span.flags,
    span.attributes,
    span.status,
    span.statusMessage,
    span.events.map(({ name, nanos, attributes }: EventRecord) => [
      name,
      encodeNanos(nanos - base),
      attributes,
    ]),
    span.links.map(({ traceId, spanId, attributes }: LinkRecord) => [traceId, spanId, attributes]),
    span.traceState,
    span.dropped,
  ];
  while (isDefault(row.at(-1))) row.pop();
  return row;
}

function isDefault(value: Row[number] | undefined): boolean {
  return value === 0 || value === '' || (Array.isArray(value) && value.length === 0);
}

function encodeNanos(nanos: bigint): Nanos {
  const number = Number(nanos);
  return Number.isSafeInteger(number) ? number : String(nanos);
}

function decodeRow(
  row: Row,
  base: bigint,
  senders: readonly SpanSender[],
  scopes: readonly SpanScope[],
): TraceSpan {
  const [
    spanId,
    parentSpanId,
    name = '',
    kind = 0,
    start = 0,
    duration = 0,
    sender = 0,
    scope = 0,
    flags = 0,
    attributes = [],
    status = 0,
    statusMessage,
    events = [],
    links = [],
    traceState,
    dropped = 0,
  ] = row;
  const startNanos = base + BigInt(start);
  const endNanos = startNanos + BigInt(duration);
  const startedAt = milliseconds(startNanos);
  return defined({
    spanId,
    parentSpanId: parentSpanId || undefined,
    name,
    kind: SPAN_KINDS[kind] ?? 'unspecified',
    startedAt,
    endedAt: Math.max(startedAt, milliseconds(endNanos)),
    startNanos: String(startNanos),
    endNanos: String(endNanos),
    sender: senders[sender] ?? NO_SENDER,
    scope: scopes[scope] ?? NO_SCOPE,
    status: SPAN_STATUSES[status] ?? 'unset',
    statusMessage: statusMessage || undefined,
    attributes,
    events: events.map(([eventName, at, eventAttributes]) => {
      const nanos = base + BigInt(at);
      return { name: eventName, at: milliseconds(nanos), nanos: String(nanos), attributes: eventAttributes };
    }),
    links: links.map(([traceId, linkSpanId, linkAttributes]) => ({
      traceId,
      spanId: linkSpanId,
      attributes: linkAttributes,
    })),
    traceState: traceState || undefined,
    flags,
    dropped,
    received: 1,
  });
}

/** Converts to milliseconds, with whole microseconds as far as a double is exact. */
function milliseconds(nanos: bigint): number {
  return Number(nanos / 1_000n) / 1_000;
}
