/**
 * A worker with a tracer provider of its own that passes the plugin no span processors. Exits when its parent
 * disconnects; prints the worker's log lines.
 */
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { JobTracingPlugin } from 'temporal-job-tracing';
import * as activities from '../activities';

const { TEMPORAL = '', TASK_QUEUE = '' } = process.env;

async function main() {
  const sdk = new NodeSDK({
    spanProcessors: [new SimpleSpanProcessor(new OTLPTraceExporter())],
    resource: resourceFromAttributes({ 'service.name': 'own' }),
    instrumentations: [new UndiciInstrumentation()],
    metricReaders: [],
    logRecordProcessors: [],
  });
  sdk.start();
  const log: string[] = [];
  Runtime.install({
    logger: new DefaultLogger('WARN', ({ level, message }) => void log.push(`${level} ${message}`)),
  });
  const connection = await NativeConnection.connect({ address: TEMPORAL });
  const workflowsPath = require.resolve('../workflows/jobs');
  const options = { connection, workflowsPath, activities, plugins: [new JobTracingPlugin()] };
  // Two workers: a warning about the process must be logged only once.
  const workers = [
    await Worker.create({ ...options, taskQueue: TASK_QUEUE }),
    await Worker.create({ ...options, taskQueue: `${TASK_QUEUE}-2` }),
  ];
  const runs = workers.map((worker) => worker.run());
  process.once('disconnect', () => {
    for (const worker of workers) worker.shutdown();
  });
  await Promise.all(runs);
  await connection.close();
  await sdk.shutdown();
  console.log(JSON.stringify(log));
}

void main();
