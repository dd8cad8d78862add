/**
 * Trace requests made by hand, in OTLP's JSON: also such as no SDK would send.
 */

/** A span as it is written; what is left out has a default that is valid. */
export interface WrittenSpan {
  readonly traceId?: unknown;
  readonly spanId?: unknown;
  readonly parentSpanId?: unknown;
  readonly name?: unknown;
  readonly startTimeUnixNano?: unknown;
  readonly endTimeUnixNano?: unknown;
  readonly [member: string]: unknown;
}

export const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';

/** The nth id. */
export const spanId = (index: number) => (index + 1).toString(16).padStart(16, '0');
export const traceId = (index: number) => (index + 1).toString(16).padStart(32, '0');

/** Nanoseconds, as OTLP's JSON has them. */
export const nanos = (ms: number) => String(BigInt(Math.round(ms * 1000)) * 1000n);

/** A span of {@link TRACE_ID} that ends now, with what is given. */
export function writtenSpan(span: WrittenSpan = {}): WrittenSpan {
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

/** The body of a request with these spans of one service. */
export function traceRequest(spans: readonly unknown[], service = 'shop'): string {
  const attributes = [{ key: 'service.name', value: { stringValue: service } }];
  return JSON.stringify({
    resourceSpans: [{ resource: { attributes }, scopeSpans: [{ scope: { name: 'test' }, spans }] }],
  });
}
