/**
 * Two copies of `@opentelemetry/api` in one project, of which the newer one ignores the registrations of the older one:
 * traces are complete, whichever copy the official interceptors load.
 */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { it } from 'node:test';
import { startOtlpReceiver } from '../../testing/otlp-receiver';
import { incomplete, tree } from '../../testing/otlp-trace';
import { startTemporalServer } from '../../testing/temporal-server';

it('two copies of the API: spans of clients and activities, and trace ids in logs, are there', async () => {
  const server = await startTemporalServer({ log: () => {} });
  const receiver = await startOtlpReceiver();
  const taskQueue = `two-apis-${process.pid}`;
  const env = { ...process.env, OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, TASK_QUEUE: taskQueue };
  const program = fork(path.join(__dirname, '../support/processes/two-apis.js'), {
    env: { ...env, TEMPORAL: server.address },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    timeout: 60_000,
    killSignal: 'SIGKILL',
  });
  try {
    ok(program.stdout);
    const [output, [code]] = await Promise.all([text(program.stdout), once(program, 'exit')]);
    equal(code, 0);
    const line = output.split('\n').find((each) => each.startsWith('{"runId"')) ?? '{}';
    const { runId, callerTraceId, logged } = JSON.parse(line);
    const traceId = runId.replaceAll('-', '');
    deepEqual(tree(receiver.trace(callerTraceId)), ['caller', '  StartWorkflow:oneActivity']);
    deepEqual(incomplete(receiver.trace(traceId)), []);
    deepEqual(tree(receiver.trace(traceId)), [
      'RunWorkflow:oneActivity',
      '  RunStarted:oneActivity',
      '  StartActivity:callDownstream',
      '    RunActivity:callDownstream',
    ]);
    deepEqual(logged, [[traceId, '01']]);
  } finally {
    program.kill('SIGKILL');
    await receiver.close();
    await server.stop();
  }
});
