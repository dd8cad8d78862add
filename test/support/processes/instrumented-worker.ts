/**
 * A worker with the user's instrumentations: `MODE=given` passes them to the plugin, `MODE=own` sets up OpenTelemetry
 * itself. Exits when its parent disconnects.
 */
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { IORedisInstrumentation } from '@opentelemetry/instrumentation-ioredis';
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { type JobTracingOptions, JobTracingPlugin } from 'temporal-job-tracing';
import { createHttpActivities } from 'temporal-job-tracing/activities';
import { workflowBundle } from '../bundles';

const { TEMPORAL: address = '', TASK_QUEUE: taskQueue = '', REDIS = '', MODE = '' } = process.env;

/** Sets up OpenTelemetry if the mode requires it; returns the plugin's options. */
function optionsFor(instrumentations: NonNullable<JobTracingOptions['instrumentations']>): JobTracingOptions {
  const common = { propagateTo: { except: ['localhost'] }, sampling: { default: 1, jobs: { quiet: 0 } } };
  if (MODE === 'given') return { ...common, instrumentations };
  const spanProcessors = [new SimpleSpanProcessor(new OTLPTraceExporter())];
  new NodeSDK({
    spanProcessors,
    instrumentations: [new HttpInstrumentation(), new UndiciInstrumentation()],
    metricReaders: [],
    logRecordProcessors: [],
  }).start();
  return { ...common, spanProcessors };
}

async function main(): Promise<void> {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const plugin = new JobTracingPlugin(
    optionsFor(
      MODE === 'given'
        ? [new IORedisInstrumentation(), new HttpInstrumentation(), new UndiciInstrumentation()]
        : [],
    ),
  );
  // Loaded after the instrumentations are registered, which patch them.
  const { Redis } = require('ioredis') as typeof import('ioredis');
  const { httpCallActivities } =
    require('../http-call-activities') as typeof import('../http-call-activities');
  const redis = new Redis(Number(REDIS), '127.0.0.1');
  const connection = await NativeConnection.connect({ address });
  const plugins = [plugin];
  const worker = await Worker.create({
    connection,
    taskQueue,
    workflowBundle: await workflowBundle({ workflowsPath: require.resolve('../workflows/calls'), plugins }),
    activities: {
      ...httpCallActivities,
      ...createHttpActivities(),
      setInRedis: (key: string) => redis.set(key, '1'),
    },
    plugins,
  });
  process.once('disconnect', () => worker.shutdown());
  process.send?.('ready');
  await worker.run();
  redis.disconnect();
  await connection.close();
}

void main();
