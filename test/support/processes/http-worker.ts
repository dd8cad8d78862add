/**
 * A worker for HTTP jobs with a tracer provider of its own. With `INSTRUMENTED=1`, it has an instrumentation of
 * `node:http` that records headers as span attributes. Logs every level to standard output; exits when its parent
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
  // Imported after the instrumentation has patched `node:http`.
  const { DefaultLogger, makeTelemetryFilterString, NativeConnection, Runtime, Worker } = await import(
    '@temporalio/worker'
  );
  const { JobTracingPlugin } = await import('temporal-job-tracing');
  const { workflowBundle } = await import('../bundles.js');
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
  const plugins = [new JobTracingPlugin({ spanProcessors, resource })];
  const worker = await Worker.create({
    connection,
    taskQueue,
    workflowBundle: await workflowBundle({ workflowsPath: require.resolve('../workflows/http'), plugins }),
    activities: createHttpActivities({
      allowHosts: ['127.0.0.1:*'],
      secrets: (name) => (name === 'token' ? SECRET : undefined),
    }),
    plugins,
  });
  process.once('disconnect', () => worker.shutdown());
  const run = worker.run();
  process.send?.({ ready: true });
  await run;
  await connection.close();
  await sdk.shutdown();
}

void main();
