/**
 * A worker with instrumentations of the user's own, in a process of its own: `MODE=given` gives them to the plugin,
 * `MODE=own` has set up OpenTelemetry itself. Ends when its parent disconnects.
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

/** Options of the plugin, after what a program of this kind sets up itself. */
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
  // Instrumented when they are loaded.
  const { Redis } = require('ioredis') as typeof import('ioredis');
  const { callingActivities } = require('../calling-activities') as typeof import('../calling-activities');
  const redis = new Redis(Number(REDIS), '127.0.0.1');
  const connection = await NativeConnection.connect({ address });
  const plugins = [plugin];
  const worker = await Worker.create({
    connection,
    taskQueue,
    workflowBundle: await workflowBundle({ workflowsPath: require.resolve('../workflows/calls'), plugins }),
    activities: {
      ...callingActivities,
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
