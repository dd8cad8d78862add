/**
 * A process with two copies of `@opentelemetry/api`: the official interceptors load a newer one than all other modules,
 * as npm installs it when a project depends on an older version. Starts a workflow inside a span and runs it; prints
 * the trace context of the activity's log lines.
 */
import { createRequire, Module } from 'node:module';
import { trace } from '@opentelemetry/api';
import { log } from '@temporalio/activity';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import type { JobTracingPlugin as Plugin } from 'temporal-job-tracing';

const { TEMPORAL = '', TASK_QUEUE = '' } = process.env;

type Load = (request: string, parent: { readonly filename?: string } | undefined, isMain: boolean) => unknown;

/** Makes the official interceptors load the newest API, which ignores the registrations of an older one. */
function loadNewestApiInOfficialInterceptors(): void {
  const loader = Module as unknown as { _load: Load };
  const load = loader._load;
  loader._load = (request, parent, isMain) => {
    const isOfficial = parent?.filename?.includes('interceptors-opentelemetry') ?? false;
    const isApi = request === '@opentelemetry/api';
    return load(isApi && isOfficial ? 'opentelemetry-api-latest' : request, parent, isMain);
  };
}

async function main() {
  loadNewestApiInOfficialInterceptors();
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
  const ids = await worker.runUntil(() =>
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
  console.log(JSON.stringify({ ...ids, logged }));
}

void main();
