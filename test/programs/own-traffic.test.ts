/**
 * The plugin's own calls (to Redis and the server, its exports, its alerts, the visibility queries of a `scheduledJob`)
 * create no spans, in whatever span the worker was started.
 */
import { deepEqual, ok } from 'node:assert/strict';
import { fork } from 'node:child_process';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { Client } from '@temporalio/client';
import { startRedis, WITHOUT_REDIS } from '../../testing/redis-server';
import { until } from '../../testing/until';
import { HOOK_KEY, Receiver } from '../support/alerts/receiver';
import { endOf, messageOf } from '../support/child-process';
import { Harness } from '../support/harness';
import { id, Runs, traceIdOf } from '../support/runs';
import { Job, SCHEDULED_PATH } from '../support/scheduled-jobs';

const TICKS = 3;
/** A namespace of its own, since a watcher watches all jobs of its namespace. */
const NAMESPACE = id('own-traffic');

describe('traffic of our own in users’ traces', () => {
  it('a worker and a watcher started inside a span: only what the application does is in its trace', {
    skip: WITHOUT_REDIS,
  }, async () => {
    const [harness, redis, receiver] = await Promise.all([
      Harness.start({ namespaces: [NAMESPACE] }),
      startRedis(),
      Receiver.start(),
    ]);
    const taskQueue = id('own-traffic');
    await redis.cli(
      'hset',
      '{job-tracing}:policy',
      '*',
      '{"ratio":0,"atLeast":{"runs":1000000,"per":"1 day"}}',
    );
    const env = { ...process.env, TEMPORAL: harness.server.address, TASK_QUEUE: taskQueue, NAMESPACE };
    const program = fork(path.join(__dirname, '../support/processes/own-traffic.js'), {
      env: { ...env, REDIS: String(redis.port), HOOK: receiver.url, HOOK_KEY },
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    });
    try {
      ok(program.stdout);
      const output = text(program.stdout);
      await messageOf(program);
      const { workflow } = new Client({ connection: harness.connection, namespace: NAMESPACE });
      const polls = async () =>
        Number(/cmdstat_eval:calls=(\d+)/.exec(await redis.cli('info', 'commandstats'))?.[1]);
      const isCounted = async () => (await redis.cli('keys', '*:runs:reservoir:*')) !== '';
      const traceIds: string[] = [];
      const runs = async () => {
        const handle = await workflow.start('quick', {
          taskQueue,
          workflowId: id(`own-${traceIds.length}`),
        });
        traceIds.push(traceIdOf(handle.firstExecutionRunId));
        await handle.result();
        return (await isCounted()) && (await polls()) >= 5;
      };
      await until(runs, { within: 60_000, says: 'Redis is not polled' });
      await workflow.getHandle('job-watcher').signal('test', { channel: 'oncall' });
      await receiver.has(1, 60_000, '/hook');
      program.disconnect();
      await endOf(program);
      const line = (await output).split('\n').find((one) => one.startsWith('[[')) ?? '[]';
      const [own = [], others = []] = JSON.parse(line) as string[][];
      ok(own.some((span) => span.endsWith(' get')) && own.some((span) => span.endsWith(' POST')), line);
      const isOfRun = (span: string) => traceIds.some((traceId) => span.startsWith(traceId));
      const names = others.filter((span) => !isOfRun(span)).map((span) => span.split(' ')[1]);
      deepEqual(names, ['startup']);
    } finally {
      program.kill('SIGKILL');
      await Promise.all([redis.stop(), receiver.close(), harness.stop()]);
    }
  });

  describe('a scheduledJob that is sampled always', () => {
    let runs: Runs;
    before(async () => {
      runs = await Runs.start({ options: { workflowsPath: SCHEDULED_PATH } });
    });
    after(() => runs.stop());

    it('its ticks export only the traces of its runs', async () => {
      const job = await new Job(runs, 'own-traffic').start({ workflow: 'quick', cron: '@every 1s' });
      await runs.closedRunIds(job.tickId, TICKS);
      await job.update('runNow', {});
      await job.signal('stop');
      await job.waitUntilClosed();
      const { workflow } = runs.harness.client;
      let others: string[][] = [];
      const areItsOwn = async () => {
        const expected = new Set<string>();
        for await (const { workflowId, runId } of workflow.list({
          query: `WorkflowId STARTS_WITH '${job.id}/'`,
        }))
          if (!workflowId.includes('/cron-')) expected.add(traceIdOf(runId));
        for (const traceId of expected) await runs.harness.completeTrace(traceId);
        const { receiver } = runs.harness;
        const strange = receiver.traceIds().filter((traceId) => !expected.has(traceId));
        others = strange.map((traceId) => receiver.trace(traceId).map(({ name }) => name));
        return expected.size > TICKS && others.length === 0;
      };
      await until(areItsOwn, { says: () => `other traces: ${JSON.stringify(others)}` });
    });
  });
});
