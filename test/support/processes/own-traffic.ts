/**
 * A program that starts a worker with a live policy, and a watcher, inside an active span, with instrumentations of
 * every call. Exits when its parent disconnects; prints its spans as `traceId name`: first those of the program's own
 * calls, then those after them.
 */
import { trace } from '@opentelemetry/api';
import { IORedisInstrumentation } from '@opentelemetry/instrumentation-ioredis';
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { JobTracingPlugin, redisPolicyStore } from 'temporal-job-tracing';
import { startJobWatcher } from 'temporal-job-tracing/alerts';
import { workflowBundle } from '../bundles';

const {
  TEMPORAL: address = '',
  NAMESPACE: namespace = '',
  TASK_QUEUE: taskQueue = '',
  REDIS = '',
  HOOK = '',
  HOOK_KEY = '',
} = process.env;

async function main() {
  const exporter = new InMemorySpanExporter();
  const spanProcessors = [new SimpleSpanProcessor(exporter)];
  new NodeSDK({
    spanProcessors,
    instrumentations: [new IORedisInstrumentation(), new UndiciInstrumentation()],
    metricReaders: [],
    logRecordProcessors: [],
  }).start();
  // Loaded after the instrumentation is registered, which patches it.
  const { Redis } = require('ioredis') as typeof import('ioredis');
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const connection = await NativeConnection.connect({ address });
  const redis = new Redis(Number(REDIS), '127.0.0.1', { lazyConnect: true, enableReadyCheck: false });
  const plugins = [
    new JobTracingPlugin({
      policyStore: redisPolicyStore({ redis, pollIntervalMs: 1_000 }),
      spanProcessors,
    }),
  ];

  let before = 0;
  const { worker, run, watcher } = await trace.getTracer('app').startActiveSpan('startup', async (span) => {
    // Calls of the application itself must have spans.
    await redis.get('key');
    await fetch(`${HOOK}/app`, { method: 'POST' });
    // A span is exported when the attributes of the resource are known.
    await Promise.all(spanProcessors.map((processor) => processor.forceFlush()));
    before = exporter.getFinishedSpans().length;
    const bundle = await workflowBundle({
      workflowsPath: require.resolve('../workflows/scheduled'),
      plugins,
    });
    const started = await Worker.create({
      connection,
      namespace,
      taskQueue,
      workflowBundle: bundle,
      plugins,
    });
    const running = started.run();
    const channel = { type: 'webhook', url: `${HOOK}/hook`, secret: { secret: 'HOOK_KEY' } } as const;
    const config = { channels: { oncall: channel } };
    const watching = await startJobWatcher({ connection, namespace, config, secrets: () => HOOK_KEY });
    span.end();
    return { worker: started, run: running, watcher: watching };
  });
  process.once('disconnect', () => worker.shutdown());
  process.send?.({ ready: true });
  await run;
  await watcher.close();
  redis.disconnect();
  await connection.close();
  const spans = exporter.getFinishedSpans().map((span) => `${span.spanContext().traceId} ${span.name}`);
  console.log(JSON.stringify([spans.slice(0, before), spans.slice(before)]));
}

void main();
