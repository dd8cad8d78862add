/**
 * The port to wherever traces are kept: the console's own store, or the team's back end. Types only.
 */

/**
 * The value of an attribute, as plain JSON. Kinds of OTLP that JSON cannot tell apart are objects: an integer beyond 2^53,
 * a double without a fraction or not finite, bytes in base64, a map. `null` is an empty value.
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

export type Attribute = readonly [name: string, value: AttributeValue];

export type TraceSpanKind = 'unspecified' | 'internal' | 'server' | 'client' | 'producer' | 'consumer';

/** What sent a span; spans of one sender share one object where they were received together. */
export interface SpanSender {
  /** `service.name`; `unknown_service` if it is missing. */
  readonly service: string;
  readonly resource: readonly Attribute[];
}

/** The instrumentation scope. */
export interface SpanScope {
  readonly name: string;
  readonly version?: string;
}

export interface SpanEvent {
  readonly name: string;
  /** Milliseconds since 1970, with fractions. */
  readonly at: number;
  /** The same in nanoseconds, a decimal number. */
  readonly nanos: string;
  readonly attributes: readonly Attribute[];
}

export interface SpanLink {
  readonly traceId: string;
  readonly spanId: string;
  readonly attributes: readonly Attribute[];
}

/** One span of a trace. All texts come from users' systems. */
export interface TraceSpan {
  /** 16 lower-case hex digits; unique in the trace. */
  readonly spanId: string;
  /** May name a span that is not in the trace, or the span itself, or form a circle. */
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: TraceSpanKind;
  /** Milliseconds since 1970, with fractions. */
  readonly startedAt: number;
  /** Never before {@link startedAt}. */
  readonly endedAt: number;
  /** The same in nanoseconds, decimal numbers, exactly as they were received. */
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
  /** W3C trace flags in the low 8 bits; 0x100 and 0x200: whether the parent is known to be, and is, remote. */
  readonly flags: number;
  /** Attributes, events and links that the sender or the console dropped. */
  readonly dropped: number;
  /** How often it was received; the one with the latest end is here. */
  readonly received: number;
}

export interface Trace {
  /** 32 lower-case hex digits. */
  readonly traceId: string;
  /** By start. */
  readonly spans: readonly TraceSpan[];
  /** Spans that were received and are left out, since the trace is too large; those that arrived first are. */
  readonly cut: number;
  /** Whether spans of its beginning are no longer kept. */
  readonly isBeginningExpired: boolean;
}

/** Where traces are read. */
export interface TraceSource {
  readonly name: 'embedded' | 'jaeger';
  /** `undefined` if it has none of the trace's spans. Rejects, with a text for people, if it cannot be read. */
  trace(traceId: string): Promise<Trace | undefined>;
}
