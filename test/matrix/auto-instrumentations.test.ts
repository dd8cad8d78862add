/**
 * `JOB_TRACING_INSTRUMENTATIONS=auto` in a project that has installed `@opentelemetry/auto-instrumentations-node`:
 * Redis is in the run's trace without a change of the program, be it CommonJS or ES modules, and no request has two
 * spans.
 */
import { deepEqual } from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { ReceivedSpan } from '../../testing/otlp-span';
import { incomplete } from '../../testing/otlp-trace';
import { startRedis, WITHOUT_REDIS } from '../../testing/redis-server';
import { Harness } from '../support/harness';
import { type InstalledProject, installProject, whileProjectRuns } from '../support/installed-project';
import { traceIdOf } from '../support/runs';

const PACKAGES = { '@opentelemetry/auto-instrumentations-node': '0.81.1', ioredis: '5' };

const MAIN = `
async function main() {
  const redis = new Redis(Number(process.env.REDIS), '127.0.0.1');
  const connection = await NativeConnection.connect({ address: process.env.TEMPORAL });
  const worker = await Worker.create({
    connection,
    taskQueue: process.env.TASK_QUEUE,
    workflowsPath: process.cwd() + '/workflows.cjs',
    activities: {
      async hello() {
        await redis.set('key', '1');
        return (await fetch(process.env.DOWNSTREAM_URL)).status;
      },
    },
  });
  process.once('message', () => worker.shutdown());
  await worker.run();
  redis.disconnect();
  await connection.close();
  process.disconnect();
}
void main();
`;
const PROGRAMS = {
  'auto.mjs': `import { NativeConnection, Worker } from '@temporalio/worker';\nimport { Redis } from 'ioredis';${MAIN}`,
  'auto.cjs': `const { NativeConnection, Worker } = require('@temporalio/worker');\nconst { Redis } = require('ioredis');${MAIN}`,
};

describe("instrumentations: 'auto'", { skip: WITHOUT_REDIS }, () => {
  let harness: Harness;
  let redis: Awaited<ReturnType<typeof startRedis>>;
  let project: InstalledProject;
  before(async () => {
    harness = await Harness.start();
    redis = await startRedis();
    project = await installProject('1.24.0', PACKAGES);
    for (const [file, code] of Object.entries(PROGRAMS)) await writeFile(join(project.directory, file), code);
  });
  after(async () => {
    await project?.remove();
    await redis?.stop();
    await harness?.stop();
  });

  for (const file of Object.keys(PROGRAMS)) {
    it(`${file}: spans of Redis and of one request are below the activity`, async () => {
      const taskQueue = harness.newTaskQueue();
      const env = {
        TEMPORAL: harness.server.address,
        TASK_QUEUE: taskQueue,
        REDIS: String(redis.port),
        JOB_TRACING_INSTRUMENTATIONS: 'auto',
        OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'net,dns',
      };
      let runId = '';
      const execArgv = ['--import', 'temporal-job-tracing/register'];
      const work = async () => {
        const handle = await harness.client.workflow.start('child', { taskQueue, workflowId: taskQueue });
        await handle.result();
        runId = handle.firstExecutionRunId;
      };
      await whileProjectRuns(project, env, work, { file, execArgv });
      const isWhole = (spans: readonly ReceivedSpan[]) => spans.length > 0 && incomplete(spans).length === 0;
      const trace = await harness.receiver.waitFor(traceIdOf(runId), isWhole);
      const activity = trace.find(({ name }) => name === 'RunActivity:hello');
      const below = trace.filter(({ parentSpanId }) => parentSpanId === activity?.spanId);
      deepEqual(below.map(({ name }) => name).sort(), ['GET', 'set']);
    });
  }
});
