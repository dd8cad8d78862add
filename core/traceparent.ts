/**
 * Parses and formats W3C `traceparent`.
 *
 * Pure. Headers between the sandbox and the host are always in W3C form, whatever `OTEL_PROPAGATORS` is.
 *
 * @see https://www.w3.org/TR/trace-context/#traceparent-header
 */
import { defined } from './util/defined';

/** A span context: the reference to a span. */
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
/** Matches a trace state that can be forwarded in a header. */
const TRACE_STATE = /^[\x20-\x7e]{1,512}$/;

/**
 * Returns the span of a `traceparent`; `undefined` if it is not valid. A trace state that cannot be forwarded is
 * left out. Never throws.
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

/** Returns the `traceparent` (version 00) of a span. */
export function formatTraceparent(span: SpanRef): string {
  return `00-${span.traceId}-${span.spanId}-${span.sampled ? '01' : '00'}`;
}
