/**
 * The official OpenTelemetry plugin, with its workflow spans sent to the test's receiver, or to a processor.
 *
 * It creates spans of the OpenTelemetry SDK 1.x, which are converted to the form of 2.x for the exporter.
 */
import type { SpanContext } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { type ReadableSpan, SimpleSpanProcessor, type SpanProcessor } from '@opentelemetry/sdk-trace-base';
import { OpenTelemetryPlugin, type OpenTelemetryPluginOptions } from '@temporalio/interceptors-opentelemetry';

/** A span of SDK 1.x: the members that have another form in 2.x. */
interface SpanOfSdk1 extends ReadableSpan {
  readonly parentSpanId?: string;
  readonly instrumentationLibrary: ReadableSpan['instrumentationScope'];
}

/**
 * Creates the plugin.
 *
 * @param processor receives the spans; by default they are exported to `OTEL_EXPORTER_OTLP_ENDPOINT`, which has to be
 *   set before
 */
export function officialPlugin(
  processor: SpanProcessor = new SimpleSpanProcessor(new OTLPTraceExporter()),
): OpenTelemetryPlugin {
  const resource = resourceFromAttributes({ 'service.name': 'official' });
  const spanProcessor = {
    onStart() {},
    onEnd(span: SpanOfSdk1) {
      const { traceId, traceFlags } = span.spanContext();
      const parent: SpanContext | undefined =
        span.parentSpanId === undefined ? undefined : { traceId, spanId: span.parentSpanId, traceFlags };
      processor.onEnd({
        ...span,
        resource,
        spanContext: () => span.spanContext(),
        instrumentationScope: span.instrumentationLibrary,
        ...(parent && { parentSpanContext: parent }),
      });
    },
    forceFlush: () => processor.forceFlush(),
    shutdown: () => processor.shutdown(),
  };
  return new OpenTelemetryPlugin({ resource, spanProcessor } as unknown as OpenTelemetryPluginOptions);
}
