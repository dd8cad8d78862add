/**
 * A worker to run with `OTEL_PROPAGATORS=b3`. Sends its parent each INFO line of workflows and activities; starts a run
 * with a client that has the plugin for each workflow id that its parent sends; exits when its parent disconnects.
 */
import { log } from '@temporalio/activity';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { JobTracingPlugin } from 'temporal-job-tracing';
import * as activities from '../activities';
import { workflowBundle } from '../bundles';

const { TEMPORAL: address = '', TASK_QUEUE: taskQueue = '' } = process.env;

async function callDownstream(): Promise<string> {
  log.info('in the activity');
  return activities.callDownstream();
}

async function main() {
  Runtime.install({
    logger: new DefaultLogger('INFO', ({ level, message, meta }) => {
      const { sdkComponent, workflowId, trace_id, span_id, trace_flags } = meta ?? {};
      const isUsers = sdkComponent === 'workflow' || sdkComponent === 'activity';
      if (level === 'INFO' && isUsers)
        process.send?.({ line: { message, workflowId, trace_id, span_id, trace_flags } });
    }),
  });
  const connection = await NativeConnection.connect({ address });
  const plugins = [new JobTracingPlugin()];
  const worker = await Worker.create({
    connection,
    taskQueue,
    workflowBundle: await workflowBundle({ workflowsPath: require.resolve('../workflows/jobs'), plugins }),
    activities: { ...activities, callDownstream },
    plugins,
  });
  const client = new Client({
    connection: await Connection.connect({ address }),
    plugins: [new JobTracingPlugin()],
  });
  process.on('message', (workflowId: string) => {
    void client.workflow.start('oneActivity', { taskQueue, workflowId });
  });
  process.once('disconnect', () => worker.shutdown());
  const run = worker.run();
  process.send?.({ ready: true });
  await run;
  await client.connection.close();
  await connection.close();
}

void main();
