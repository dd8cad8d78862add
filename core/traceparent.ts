/**
 * W3C `traceparent`: reading and writing.
 *
 * Pure. The sandbox and the host always speak W3C between each other, whatever `OTEL_PROPAGATORS` says.
 *
 * @see https://www.w3.org/TR/trace-context/#traceparent-header
 */
import { defined } from './util/defined';

/** The part of a span that others refer to. */
export interface SpanRef {
  /** 32 lower-case hex digits. */
  readonly traceId: string;
  /** 16 lower-case hex digits. */
  readonly spanId: string;
  readonly sampled: boolean;
  /** The `tracestate` header as it was received. */
  readonly traceState?: string;
}

/** Version 00 ends after the flags; later ones may have more fields. */
const TRACEPARENT =
  /^(?!ff|00.{54})[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?$/;
const SAMPLED = 0x01;
/** What can be sent on in a header. */
const TRACE_STATE = /^[\x20-\x7e]{1,512}$/;

/**
 * Reads a `traceparent`; `undefined` when it is not valid. A trace state that cannot be sent on is left out.
 * Never throws.
 */
export function parseTraceparent(value: unknown, traceState?: unknown): SpanRef | undefined {
  const match = typeof value === 'string' ? TRACEPARENT.exec(value) : null;
  if (!match) return undefined;
  const [, traceId = '', spanId = '', flags = ''] = match;
  return defined({
    traceId,
    spanId,
    sampled: (Number.parseInt(flags, 16) & SAMPLED) === SAMPLED,
    traceState: typeof traceState === 'string' && TRACE_STATE.test(traceState) ? traceState : undefined,
  });
}

/** Writes the `traceparent` (version 00) of a span. */
export function formatTraceparent(span: SpanRef): string {
  return `00-${span.traceId}-${span.spanId}-${span.sampled ? '01' : '00'}`;
}
