/**
 * A worker's program for HTTP jobs, with a tracer provider of its own, and with `INSTRUMENTED=1` an instrumentation
 * of `node:http` that is told to put headers on spans. Logs all there is to standard output; ends when its parent
 * disconnects.
 */
import { inspect } from 'node:util';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';

const { TEMPORAL: address = '', TASK_QUEUE: taskQueue = '', SECRET = '', INSTRUMENTED = '' } = process.env;

const spanProcessors = [new SimpleSpanProcessor(new OTLPTraceExporter())];
const resource = resourceFromAttributes({ 'service.name': 'http-worker' });
const instrumentation = new HttpInstrumentation({
  headersToSpanAttributes: { client: { requestHeaders: ['authorization'], responseHeaders: ['location'] } },
});
const sdk = new NodeSDK({
  spanProcessors,
  resource,
  instrumentations: INSTRUMENTED === '1' ? [instrumentation] : [],
  metricReaders: [],
  logRecordProcessors: [],
});
sdk.start();

async function main() {
  // Loaded when the instrumentation is there: it patches `node:http`.
  const { DefaultLogger, makeTelemetryFilterString, NativeConnection, Runtime, Worker } = await import(
    '@temporalio/worker'
  );
  const { JobTracingPlugin } = await import('temporal-job-tracing');
  const { createHttpActivities } = await import('temporal-job-tracing/activities');
  Runtime.install({
    logger: new DefaultLogger('TRACE', ({ message, meta }) => {
      console.log(message, inspect(meta, { depth: 10, maxStringLength: null }));
    }),
    telemetryOptions: {
      logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'DEBUG', other: 'INFO' }) },
    },
  });
  const connection = await NativeConnection.connect({ address });
  const worker = await Worker.create({
    connection,
    taskQueue,
    workflowsPath: require.resolve('../workflows/http'),
    activities: createHttpActivities({
      allowHosts: ['127.0.0.1:*'],
      secrets: (name) => (name === 'token' ? SECRET : undefined),
    }),
    plugins: [new JobTracingPlugin({ spanProcessors, resource })],
  });
  process.once('disconnect', () => worker.shutdown());
  const run = worker.run();
  process.send?.({ ready: true });
  await run;
  await connection.close();
  await sdk.shutdown();
}

void main();
