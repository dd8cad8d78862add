/**
 * A project with two copies of `@opentelemetry/api`: the official interceptors have a newer one than everything else,
 * as npm installs it beside an older copy that the project asks for. Starts a workflow inside a span, and works on it;
 * prints what the activity's logger was given.
 */
import { createRequire, Module } from 'node:module';
import { trace } from '@opentelemetry/api';
import { log } from '@temporalio/activity';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import type { JobTracingPlugin as Plugin } from 'temporal-job-tracing';

const { TEMPORAL = '', TASK_QUEUE = '' } = process.env;

type Load = (request: string, parent: { readonly filename?: string } | undefined, isMain: boolean) => unknown;

/** The official interceptors get the newest API, which does not take what an older one has registered. */
function giveOfficialACopy(): void {
  const loader = Module as unknown as { _load: Load };
  const load = loader._load;
  loader._load = (request, parent, isMain) => {
    const isOfficial = parent?.filename?.includes('interceptors-opentelemetry') ?? false;
    const isApi = request === '@opentelemetry/api';
    return load(isApi && isOfficial ? 'opentelemetry-api-latest' : request, parent, isMain);
  };
}

async function main() {
  giveOfficialACopy();
  const { JobTracingPlugin } = createRequire(__filename)('temporal-job-tracing') as {
    JobTracingPlugin: typeof Plugin;
  };
  const logged: unknown[] = [];
  Runtime.install({
    logger: new DefaultLogger('INFO', ({ message, meta }) => {
      if (message === 'from the activity') logged.push([meta?.trace_id, meta?.trace_flags]);
    }),
  });
  const plugins = [new JobTracingPlugin()];
  const connection = await NativeConnection.connect({ address: TEMPORAL });
  const client = new Client({ connection: await Connection.connect({ address: TEMPORAL }), plugins });
  const worker = await Worker.create({
    connection,
    taskQueue: TASK_QUEUE,
    plugins,
    workflowsPath: require.resolve('../workflows/jobs'),
    activities: { callDownstream: async () => log.info('from the activity') },
  });
  const runId = await worker.runUntil(() =>
    trace.getTracer('test').startActiveSpan('caller', async (span) => {
      const options = { taskQueue: TASK_QUEUE, workflowId: TASK_QUEUE };
      const handle = await client.workflow.start('oneActivity', options);
      await handle.result();
      span.end();
      return { runId: handle.firstExecutionRunId, callerTraceId: span.spanContext().traceId };
    }),
  );
  await client.connection.close();
  await connection.close();
  console.log(JSON.stringify({ ...runId, logged }));
}

void main();
