/**
 * Trace requests in OTLP/JSON, including invalid ones that no SDK sends.
 */

/** A span in OTLP/JSON; each omitted member has a valid default. */
export interface JsonSpan {
  readonly traceId?: unknown;
  readonly spanId?: unknown;
  readonly parentSpanId?: unknown;
  readonly name?: unknown;
  readonly startTimeUnixNano?: unknown;
  readonly endTimeUnixNano?: unknown;
  readonly [member: string]: unknown;
}

export const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';

/** Returns the span id of this index, 16 hex digits. */
export const spanId = (index: number) => (index + 1).toString(16).padStart(16, '0');
/** Returns the trace id of this index, 32 hex digits. */
export const traceId = (index: number) => (index + 1).toString(16).padStart(32, '0');

/** Converts milliseconds to nanoseconds, as a decimal string. */
export const nanos = (ms: number) => String(BigInt(Math.round(ms * 1000)) * 1000n);

/** Returns a span of {@link TRACE_ID} that ends now, with these members. */
export function jsonSpan(span: JsonSpan = {}): JsonSpan {
  const now = Date.now();
  return {
    traceId: TRACE_ID,
    spanId: spanId(0),
    name: 'work',
    startTimeUnixNano: nanos(now - 1000),
    endTimeUnixNano: nanos(now),
    ...span,
  };
}

/** Returns the body of a request with these spans of one service. */
export function traceRequest(spans: readonly unknown[], service = 'shop'): string {
  const attributes = [{ key: 'service.name', value: { stringValue: service } }];
  return JSON.stringify({
    resourceSpans: [{ resource: { attributes }, scopeSpans: [{ scope: { name: 'test' }, spans }] }],
  });
}
