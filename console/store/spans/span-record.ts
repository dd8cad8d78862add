/**
 * A span on its way into the store: checked, cut to size, and free of the encoding in which it came. Types only.
 */
import type { Attribute, SpanScope, SpanSender } from '../../sources/trace-source';

export interface SpanRecord {
  /** 32 lower-case hex digits. */
  readonly traceId: string;
  /** 16 lower-case hex digits. */
  readonly spanId: string;
  /** Empty: none. */
  readonly parentSpanId: string;
  readonly name: string;
  /** Index in {@link SPAN_KINDS}. */
  readonly kind: number;
  readonly startNanos: bigint;
  readonly endNanos: bigint;
  /** One object for all spans of a resource. */
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

export interface EventRecord {
  readonly name: string;
  readonly nanos: bigint;
  readonly attributes: readonly Attribute[];
}

export interface LinkRecord {
  readonly traceId: string;
  readonly spanId: string;
  readonly attributes: readonly Attribute[];
}

/** In the order of OTLP's numbers. */
export const SPAN_KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'] as const;
export const SPAN_STATUSES = ['unset', 'ok', 'error'] as const;
