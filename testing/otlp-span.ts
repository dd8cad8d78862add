/**
 * Converts OTLP trace requests to plain spans.
 *
 * Reads the OTLP/JSON form (ids as hex, 64-bit numbers as decimal strings), into which the protobuf form is decoded
 * first. Throws for anything but a trace request; the receiver then responds with status 400.
 *
 * @see https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */

/** Value of an attribute, as plain data. */
export type AttributeValue =
  | string
  | number
  | boolean
  | null
  | readonly AttributeValue[]
  | { readonly [key: string]: AttributeValue };

export type Attributes = Readonly<Record<string, AttributeValue>>;

export type SpanKind = 'unspecified' | 'internal' | 'server' | 'client' | 'producer' | 'consumer';

/** One span as it was received; a span sent twice is two of these. */
export interface ReceivedSpan {
  readonly name: string;
  readonly kind: SpanKind;
  /** 32 lower-case hex digits. */
  readonly traceId: string;
  /** 16 lower-case hex digits. */
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly traceState?: string;
  /**
   * W3C trace flags in the low 8 bits; 0x100 is set if the parent's location is known, 0x200 if it is remote.
   */
  readonly flags: number;
  /** Start, in milliseconds since the epoch, with fractions. */
  readonly startMs: number;
  /** End, in milliseconds since the epoch, with fractions. */
  readonly endMs: number;
  readonly durationMs: number;
  readonly attributes: Attributes;
  readonly status: { readonly code: 'unset' | 'ok' | 'error'; readonly message?: string };
  readonly events: readonly SpanEvent[];
  readonly links: readonly SpanLink[];
  /** Attributes of the resource, including `service.name`. */
  readonly resource: Attributes;
  /** Name of the instrumentation scope. */
  readonly scope: string;
}

export interface SpanEvent {
  readonly name: string;
  readonly timeMs: number;
  readonly attributes: Attributes;
}

export interface SpanLink {
  readonly traceId: string;
  readonly spanId: string;
  readonly attributes: Attributes;
}

interface OtlpValue {
  readonly stringValue?: string;
  readonly boolValue?: boolean;
  readonly intValue?: string | number;
  readonly doubleValue?: number;
  readonly bytesValue?: string;
  readonly arrayValue?: { readonly values?: readonly OtlpValue[] };
  readonly kvlistValue?: { readonly values?: readonly OtlpKeyValue[] };
}

interface OtlpKeyValue {
  readonly key: string;
  readonly value?: OtlpValue;
}

interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly traceState?: string;
  readonly flags?: number;
  readonly name: string;
  readonly kind?: number;
  readonly startTimeUnixNano: string | number;
  readonly endTimeUnixNano: string | number;
  readonly attributes?: readonly OtlpKeyValue[];
  readonly status?: { readonly code?: number; readonly message?: string };
  readonly events?: readonly {
    readonly name: string;
    readonly timeUnixNano: string | number;
    readonly attributes?: readonly OtlpKeyValue[];
  }[];
  readonly links?: readonly {
    readonly traceId: string;
    readonly spanId: string;
    readonly attributes?: readonly OtlpKeyValue[];
  }[];
}

/** An `ExportTraceServiceRequest` in its OTLP/JSON form. */
export interface OtlpTraceRequest {
  readonly resourceSpans?: readonly {
    readonly resource?: { readonly attributes?: readonly OtlpKeyValue[] };
    readonly scopeSpans?: readonly {
      readonly scope?: { readonly name?: string };
      readonly spans?: readonly OtlpSpan[];
    }[];
  }[];
}

const KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'] as const;
const STATUS_CODES = ['unset', 'ok', 'error'] as const;

/** Returns all spans of the request, in its order. Throws if it is not a trace request. */
export function spansOf(request: OtlpTraceRequest): ReceivedSpan[] {
  return (request.resourceSpans ?? []).flatMap(({ resource, scopeSpans = [] }) => {
    const resourceAttributes = attributesOf(resource?.attributes);
    return scopeSpans.flatMap(({ scope, spans = [] }) =>
      spans.map((span) => receivedSpan(span, resourceAttributes, scope?.name ?? '')),
    );
  });
}

function receivedSpan(span: OtlpSpan, resource: Attributes, scope: string): ReceivedSpan {
  const { parentSpanId, traceState, status, events = [], links = [] } = span;
  return Object.freeze({
    name: span.name,
    kind: KINDS[span.kind ?? 0] ?? 'unspecified',
    traceId: span.traceId.toLowerCase(),
    spanId: span.spanId.toLowerCase(),
    ...(parentSpanId ? { parentSpanId: parentSpanId.toLowerCase() } : {}),
    ...(traceState ? { traceState } : {}),
    flags: span.flags ?? 0,
    startMs: milliseconds(BigInt(span.startTimeUnixNano)),
    endMs: milliseconds(BigInt(span.endTimeUnixNano)),
    durationMs: milliseconds(BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano)),
    attributes: attributesOf(span.attributes),
    status: {
      code: STATUS_CODES[status?.code ?? 0] ?? 'unset',
      ...(status?.message ? { message: status.message } : {}),
    },
    events: events.map((event) => ({
      name: event.name,
      timeMs: milliseconds(BigInt(event.timeUnixNano)),
      attributes: attributesOf(event.attributes),
    })),
    links: links.map((link) => ({
      traceId: link.traceId.toLowerCase(),
      spanId: link.spanId.toLowerCase(),
      attributes: attributesOf(link.attributes),
    })),
    resource,
    scope,
  });
}

function milliseconds(nanos: bigint): number {
  return Number(nanos) / 1e6;
}

function attributesOf(pairs: readonly OtlpKeyValue[] = []): Attributes {
  return Object.fromEntries(pairs.map(({ key, value }) => [key, plain(value)]));
}

function plain(value: OtlpValue = {}): AttributeValue {
  if (value.intValue !== undefined) return Number(value.intValue);
  if (value.arrayValue !== undefined) return (value.arrayValue.values ?? []).map(plain);
  if (value.kvlistValue !== undefined) return attributesOf(value.kvlistValue.values);
  return value.stringValue ?? value.boolValue ?? value.doubleValue ?? value.bytesValue ?? null;
}
