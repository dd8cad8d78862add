/**
 * In a process with a tracer provider of its own and without `spanProcessors`, runs are bound and activities are
 * traced; only the spans of workflows are missing, with one warning.
 */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { it } from 'node:test';
import { Client, Connection } from '@temporalio/client';
import { startOtlpReceiver } from '../../testing/otlp-receiver';
import { tree } from '../../testing/otlp-trace';
import { startTemporalServer } from '../../testing/temporal-server';

it('a process with a provider of its own: one warning, binding on, activities traced, workflow spans off', async () => {
  const server = await startTemporalServer({ log: () => {} });
  const receiver = await startOtlpReceiver();
  const connection = await Connection.connect({ address: server.address });
  const { workflow } = new Client({ connection });
  const taskQueue = `own-provider-${process.pid}`;
  const env = { ...process.env, OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, TASK_QUEUE: taskQueue };
  const worker = fork(path.join(__dirname, '../support/processes/fault-own-provider.js'), {
    env: { ...env, TEMPORAL: server.address, DOWNSTREAM_URL: receiver.url },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    timeout: 150_000,
    killSignal: 'SIGKILL',
  });
  try {
    ok(worker.stdout);
    const output = text(worker.stdout);
    const ended = once(worker, 'exit');
    const handle = await workflow.start('oneActivity', { taskQueue, workflowId: taskQueue });
    // Do not wait for a program that has exited.
    await Promise.race([handle.result(), ended.then(() => Promise.reject(new Error('the worker ended')))]);
    const traceId = handle.firstExecutionRunId.replaceAll('-', '');
    const { searchAttributes } = await handle.describe();
    deepEqual([searchAttributes.TraceId, searchAttributes.TraceSampled], [[traceId], [true]]);

    worker.disconnect();
    deepEqual((await ended)[0], 0);
    const trace = receiver.trace(traceId);
    deepEqual(tree(trace), ['RunActivity:callDownstream', '  GET']);
    deepEqual([...new Set(trace.map(({ resource }) => resource['service.name']))], ['own']);
    // Temporal's core may also log lines.
    const line = (await output).split('\n').find((text) => text.startsWith('["')) ?? '[]';
    const [warning, ...more] = JSON.parse(line) as string[];
    match(warning ?? '', /^WARN temporal-job-tracing: this process has an OpenTelemetry tracer provider/);
    match(warning ?? '', /new JobTracingPlugin\({ spanProcessors, resource }\);$/);
    equal(more.length, 0, more.join('\n'));
  } finally {
    worker.kill('SIGKILL');
    await connection.close();
    await receiver.close();
    await server.stop();
  }
});
