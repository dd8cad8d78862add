/** A worker for the jobs of the alert tests, in a process that tests can kill. Sends its parent `ready`. */
import { NoopSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { JobTracingPlugin } from 'temporal-job-tracing';
import { workflowBundle } from '../bundles';

const { TEMPORAL: address = '', NAMESPACE: namespace = '', TASK_QUEUE: taskQueue = '' } = process.env;

async function main() {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const connection = await NativeConnection.connect({ address });
  const worker = await Worker.create({
    connection,
    namespace,
    taskQueue,
    workflowBundle: await workflowBundle({
      workflowsPath: require.resolve('../workflows/alerts'),
      plugins: [new JobTracingPlugin()],
    }),
    activities: { work: () => {} },
    plugins: [new JobTracingPlugin({ spanProcessors: [new NoopSpanProcessor()] })],
  });
  process.once('disconnect', () => process.exit());
  const run = worker.run();
  process.send?.({ ready: true });
  await run;
}

void main();
