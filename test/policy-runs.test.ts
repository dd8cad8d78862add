/**
 * Decisions on a real server, with workflows in worker threads: the host receives the failure of the previous run with
 * the run's info, and each run's marker has its decision.
 */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { JobTracingOptions } from 'temporal-job-tracing';
import { traceIdOfRun } from '../core/trace-id';
import { until } from '../testing/until';
import { Harness } from './support/harness';

const WAIT_MS = 20_000;
const NEVER: JobTracingOptions = { sampling: { default: { ratio: 0, keepFailed: false } } };

describe('decisions on a real server', { concurrency: 4 }, () => {
  let harness: Harness;

  before(async () => {
    harness = await Harness.start();
  });

  after(async () => {
    await harness.stop();
  });

  /** Waits until the first runs of the query have closed; returns their decision markers, oldest first. */
  async function markersOf(query: string, count: number): Promise<{ runId: string; marker: string }[]> {
    let ended = 0;
    const areEnded = async () => {
      const runs: { workflowId: string; runId: string; closed: number }[] = [];
      for await (const { status, workflowId, runId, closeTime } of harness.client.workflow.list({ query })) {
        if (status.name === 'RUNNING' || status.name === 'TERMINATED') continue;
        runs.push({ workflowId, runId, closed: Number(closeTime) });
      }
      ended = runs.length;
      return ended >= count && runs;
    };
    const says = () => `${ended} of ${count} runs ended: ${query}`;
    const runs = await until(areEnded, { within: WAIT_MS, says });
    const first = runs.sort((a, b) => a.closed - b.closed).slice(0, count);
    return Promise.all(
      first.map(async ({ workflowId, runId }) => ({
        runId,
        marker: (await harness.markersOf(workflowId, runId)).join(),
      })),
    );
  }

  async function expectAfterFailure(runId: string): Promise<void> {
    const traceId = traceIdOfRun(runId);
    const trace = await harness.completeTrace(traceId);
    const root = trace.find(({ name }) => name.startsWith('RunWorkflow:'));
    equal(root?.attributes['job.sampling.reason'], 'after-failure');
    ok(
      trace.some(({ resource }) => resource['service.name'] === 'downstream'),
      'recorded in full, downstream too',
    );
  }

  const names = (runs: readonly { marker: string }[]) => runs.map(({ marker }) => marker);

  it('at ratio 0 the retry of a failed run is sampled, the failed attempt is not', async () => {
    await harness.whileWorking({ plugin: NEVER }, async (taskQueue) => {
      await harness.client.workflow.start('failsOnce', {
        taskQueue,
        workflowId: 'policy-retry',
        retry: { maximumAttempts: 2, initialInterval: '100ms' },
      });
      const runs = await markersOf(`WorkflowId = 'policy-retry'`, 2);
      deepEqual(names(runs), ['job-tracing:unsampled', 'job-tracing:after-failure']);
      await expectAfterFailure(runs[1]?.runId ?? '');
    });
  });

  it('a cron tick after a failed one is sampled, on a worker that never saw the failure', async () => {
    const taskQueue = harness.newTaskQueue();
    const query = `WorkflowId = 'policy-cron'`;
    const first = await harness.createWorker(taskQueue, { plugin: NEVER });
    await harness.whileRunning([first], async () => {
      await harness.client.workflow.start('failsOnce', {
        taskQueue,
        workflowId: 'policy-cron',
        cronSchedule: '@every 3s',
      });
      await markersOf(query, 1);
    });
    const second = await harness.createWorker(taskQueue, { plugin: NEVER });
    await harness.whileRunning([second], async () => {
      const runs = await markersOf(query, 2);
      deepEqual(names(runs), ['job-tracing:unsampled', 'job-tracing:after-failure']);
      await expectAfterFailure(runs[1]?.runId ?? '');
      await harness.client.workflow.getHandle('policy-cron').terminate();
    });
  });

  it('an action of a schedule after a failed one is sampled', async () => {
    await harness.whileWorking({ plugin: NEVER }, async (taskQueue) => {
      const schedule = await harness.client.schedule.create({
        scheduleId: 'policy-schedule',
        spec: { intervals: [{ every: '2s' }] },
        action: { type: 'startWorkflow', workflowType: 'failsOnce', taskQueue },
      });
      const runs = await markersOf(`TemporalScheduledById = 'policy-schedule'`, 2);
      await schedule.delete();
      deepEqual(names(runs), ['job-tracing:unsampled', 'job-tracing:after-failure']);
      await expectAfterFailure(runs[1]?.runId ?? '');
    });
  });

  it('after a success neither a tick nor an action is sampled', async () => {
    const setup = {
      plugin: NEVER,
      options: { workflowsPath: require.resolve('./support/workflows/alternating') },
    };
    await harness.whileWorking(setup, async (taskQueue) => {
      const schedule = await harness.client.schedule.create({
        scheduleId: 'policy-alternating',
        spec: { intervals: [{ every: '2s' }] },
        action: { type: 'startWorkflow', workflowType: 'alternating', taskQueue },
      });
      const workflowId = 'policy-alternating-cron';
      const cron = { taskQueue, workflowId, cronSchedule: '@every 1s' };
      const handle = await harness.client.workflow.start('alternating', cron);
      const expected = ['unsampled', 'after-failure', 'unsampled'].map((name) => `job-tracing:${name}`);
      deepEqual(names(await markersOf(`WorkflowId = '${workflowId}'`, 3)), expected);
      await handle.terminate();
      const actions = await markersOf(`TemporalScheduledById = 'policy-alternating'`, 3);
      await schedule.delete();
      deepEqual(names(actions), expected);
    });
  });

  it('a reservoir samples the first run of a job, a cap excludes the second one', async () => {
    const plugin: JobTracingOptions = {
      sampling: {
        default: 0,
        jobs: {
          'one*': { ratio: 0, atLeast: { runs: 1, per: '31 days' } },
          randoms: { atMost: { runs: 1, per: '31 days' } },
        },
      },
    };
    await harness.whileWorking({ plugin }, async (taskQueue) => {
      const run = async (type: string, workflowId: string) => {
        await harness.client.workflow.execute(type, { taskQueue, workflowId });
        const { TraceSampled } = await harness.searchAttributesOf(workflowId);
        return [(await harness.markersOf(workflowId)).join(), TraceSampled];
      };
      deepEqual(await run('oneActivity', 'policy-1'), ['job-tracing:reservoir', true]);
      deepEqual(await run('oneActivity', 'policy-2'), ['job-tracing:unsampled', false]);
      deepEqual(await run('randoms', 'policy-3'), ['job-tracing:rule', true]);
      deepEqual(await run('randoms', 'policy-4'), ['job-tracing:capped', false]);
    });
  });
});
