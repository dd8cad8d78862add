/** Ordinary OpenTelemetry set-up of a process; must be its first import, so that `node:http` is patched. */
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';

new NodeSDK({
  serviceName: 'downstream',
  spanProcessors: [new SimpleSpanProcessor(new OTLPTraceExporter())],
  instrumentations: [new HttpInstrumentation()],
}).start();
