/**
 * A worker without a workflow cache. The environment variable `PLUGIN` has the plugin's options as JSON, `REDIS` the
 * port of a live policy. Sends its parent `ready`; exits when its parent disconnects.
 */
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { Redis } from 'ioredis';
import { JobTracingPlugin, redisPolicyStore } from 'temporal-job-tracing';
import * as activities from '../activities';
import { workflowBundle } from '../bundles';

const { TEMPORAL: address = '', NAMESPACE: namespace = '', TASK_QUEUE: taskQueue = '' } = process.env;
const { PLUGIN = '{}', REDIS } = process.env;

async function main() {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const connection = await NativeConnection.connect({ address });
  const redis = REDIS && new Redis(Number(REDIS), '127.0.0.1', { lazyConnect: true });
  const plugins = [
    new JobTracingPlugin({
      ...JSON.parse(PLUGIN),
      ...(redis && { policyStore: redisPolicyStore({ redis }) }),
    }),
  ];
  const worker = await Worker.create({
    connection,
    namespace,
    taskQueue,
    maxCachedWorkflows: 0,
    workflowBundle: await workflowBundle({ workflowsPath: require.resolve('../workflows/jobs'), plugins }),
    activities,
    plugins,
  });
  process.once('disconnect', () => worker.shutdown());
  const run = worker.run();
  process.send?.({ ready: true });
  await run;
  await connection.close();
}

void main();
