/**
 * The span processors that the `OTEL_*` variables configure.
 */
import { OTLPTraceExporter as OtlpJsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as OtlpProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { ConsoleSpanExporter, SimpleSpanProcessor, type SpanProcessor } from '@opentelemetry/sdk-trace';
import { BoundedSpanProcessor } from './bounded-processor';
import { LossLog } from './losses';
import type { ExportLogger } from './options';
import type { ExportSettings } from './settings';

const ADVICE =
  'Check that a collector listens there for OTLP over HTTP (OTEL_EXPORTER_OTLP_ENDPOINT, ' +
  'OTEL_EXPORTER_OTLP_HEADERS); OTEL_LOG_LEVEL=debug shows each export.';

export interface BuiltProcessors {
  /** Span processors; empty if nothing is to be exported. */
  readonly processors: readonly SpanProcessor[];
  /** Counts all spans that have not been exported as lost; called after the shutdown. */
  abandon(): void;
}

/** Builds the processors; the exporters read their own variables (headers, compression, time-out …). */
export function buildProcessors(settings: ExportSettings, log: ExportLogger): BuiltProcessors {
  const { exporters, protocol, endpoint, batches } = settings;
  const bounded: BoundedSpanProcessor[] = [];
  const simple: SpanProcessor[] = [];
  if (exporters.has('otlp')) {
    const exporter = protocol === 'http/json' ? new OtlpJsonExporter() : new OtlpProtobufExporter();
    const losses = new LossLog(log, { destination: endpoint, advice: ADVICE });
    bounded.push(new BoundedSpanProcessor(exporter, batches, losses));
  }
  if (exporters.has('console')) simple.push(new SimpleSpanProcessor({ exporter: new ConsoleSpanExporter() }));
  return {
    processors: [...bounded, ...simple],
    abandon() {
      for (const processor of bounded) processor.abandon();
    },
  };
}
