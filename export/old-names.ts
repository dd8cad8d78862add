/**
 * Fields of a span that OpenTelemetry SDK 2.x renamed. Processors and exporters of 1.x read them; if
 * `instrumentationLibrary` is missing, they fail to export the whole batch.
 */
import type { ReadableSpan } from '@opentelemetry/sdk-trace';

/** Adds the names of SDK 1.x to a span of 2.x or 3.x; returns the span. */
export function withOldNames<T extends ReadableSpan>(span: T): T {
  const { instrumentationScope, parentSpanContext } = span;
  return Object.assign(span, {
    instrumentationLibrary: instrumentationScope,
    parentSpanId: parentSpanContext?.spanId,
  });
}
