/**
 * A span to be stored: checked, within the size limits, and independent of its encoding. Types only.
 */
import type { Attribute, SpanScope, SpanSender } from '../../sources/trace-source';

/** A span. Times are nanoseconds since 1970. */
export interface SpanRecord {
  /** Trace ID, 32 lower-case hex digits. */
  readonly traceId: string;
  /** Span id, 16 lower-case hex digits. */
  readonly spanId: string;
  /** Span id of the parent; empty if there is none. */
  readonly parentSpanId: string;
  readonly name: string;
  /** Index in {@link SPAN_KINDS}. */
  readonly kind: number;
  readonly startNanos: bigint;
  readonly endNanos: bigint;
  /** The resource; all its spans share the object. */
  readonly sender: SpanSender;
  readonly scope: SpanScope;
  readonly attributes: readonly Attribute[];
  /** Index in {@link SPAN_STATUSES}. */
  readonly status: number;
  readonly statusMessage: string;
  readonly events: readonly EventRecord[];
  readonly links: readonly LinkRecord[];
  readonly traceState: string;
  readonly flags: number;
  readonly dropped: number;
}

/** An event of a span. */
export interface EventRecord {
  readonly name: string;
  readonly nanos: bigint;
  readonly attributes: readonly Attribute[];
}

/** A link to another span, with ids as in {@link SpanRecord}. */
export interface LinkRecord {
  readonly traceId: string;
  readonly spanId: string;
  readonly attributes: readonly Attribute[];
}

/** Names of OTLP's span kinds, by number. */
export const SPAN_KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'] as const;
/** Names of OTLP's status codes, by number. */
export const SPAN_STATUSES = ['unset', 'ok', 'error'] as const;
