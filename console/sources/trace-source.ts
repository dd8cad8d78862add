/**
 * The interface to a source of traces: the console's own store, or a tracing back end. Types only.
 */

/**
 * The value of an attribute, as plain JSON. OTLP types that JSON cannot distinguish are objects: an integer
 * beyond 2^53, a double without a fraction or not finite, bytes in Base64, a map. `null` is an empty value.
 */
export type AttributeValue =
  | null
  | string
  | boolean
  | number
  | readonly AttributeValue[]
  | { readonly int: string }
  | { readonly double: number | 'NaN' | 'Infinity' | '-Infinity' }
  | { readonly bytes: string }
  | { readonly map: readonly Attribute[] };

/** An attribute of a span, an event, a link or a sender. */
export type Attribute = readonly [name: string, value: AttributeValue];

/** OTLP's kind of a span. */
export type TraceSpanKind = 'unspecified' | 'internal' | 'server' | 'client' | 'producer' | 'consumer';

/** The resource that sent a span. Spans of one resource that were received together share the object. */
export interface SpanSender {
  /** The attribute `service.name`; `unknown_service` if it is missing. */
  readonly service: string;
  readonly resource: readonly Attribute[];
}

/** The instrumentation scope of a span. */
export interface SpanScope {
  readonly name: string;
  readonly version?: string;
}

/** An event of a span. */
export interface SpanEvent {
  readonly name: string;
  /** Milliseconds since 1970, with fractions. */
  readonly at: number;
  /** Nanoseconds since 1970, as a decimal string. */
  readonly nanos: string;
  readonly attributes: readonly Attribute[];
}

/** A link of a span to another one. */
export interface SpanLink {
  readonly traceId: string;
  readonly spanId: string;
  readonly attributes: readonly Attribute[];
}

/** A span of a trace. All strings come from users' systems and are not trusted. */
export interface TraceSpan {
  /** Span id, 16 lower-case hex digits, unique in the trace. */
  readonly spanId: string;
  /** Span id of the parent, which may be missing from the trace; parents may form a cycle. */
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: TraceSpanKind;
  /** Milliseconds since 1970, with fractions. */
  readonly startedAt: number;
  /** Milliseconds since 1970, with fractions; never before {@link startedAt}. */
  readonly endedAt: number;
  /** Start in nanoseconds since 1970, as a decimal string, exactly as received. */
  readonly startNanos: string;
  readonly endNanos: string;
  readonly sender: SpanSender;
  readonly scope: SpanScope;
  readonly status: 'unset' | 'ok' | 'error';
  readonly statusMessage?: string;
  readonly attributes: readonly Attribute[];
  readonly events: readonly SpanEvent[];
  readonly links: readonly SpanLink[];
  readonly traceState?: string;
  /**
   * Flags of OTLP: W3C trace flags in the low 8 bits; 0x100 if 0x200 is valid, 0x200 if the parent is remote.
   */
  readonly flags: number;
  /** Number of attributes, events and links that the sender or the console dropped. */
  readonly dropped: number;
  /** How often the span was received; this is the version with the latest end. */
  readonly received: number;
}

/** The stored spans of a trace. */
export interface Trace {
  /** Trace ID, 32 lower-case hex digits. */
  readonly traceId: string;
  /** Spans in order of their start. */
  readonly spans: readonly TraceSpan[];
  /** Number of stored spans that are left out because the trace is too large; the first received ones are. */
  readonly cut: number;
  /** Whether spans of the trace's beginning have expired. */
  readonly isBeginningExpired: boolean;
}

/** A source of traces. */
export interface TraceSource {
  readonly name: 'embedded' | 'jaeger';
  /**
   * Reads a trace; `undefined` if the source has none of its spans. Rejects with a readable message if it
   * cannot be read.
   */
  trace(traceId: string): Promise<Trace | undefined>;
}
