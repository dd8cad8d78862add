/** Which end of a run is a failure for good, on a real server: attempts, ticks, and runs that somebody or the server ends. */
import { deepEqual, match } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { msToTs } from '@temporalio/common/lib/time';
import { startTemporalServer } from '../../testing/temporal-server';
import { until } from '../../testing/until';
import { Stage } from '../support/alerts/stage';
import { WatchByHand } from '../support/alerts/watch-by-hand';

const MINUTE_MS = 60_000;
const RETRY = { initialInterval: '100ms', backoffCoefficient: 1 };

describe('attempts', () => {
  let stage: Stage;
  let end: () => Promise<void>;
  before(async () => {
    stage = await Stage.start();
    const worker = await stage.worker();
    const running = worker.run();
    end = () => {
      worker.shutdown();
      return running;
    };
  });
  after(async () => {
    await end();
    await stage.stop();
  });
  const closed = (job: string, status: string) =>
    until(
      async () =>
        (await stage.client.workflow.count(`JobName = '${job}' AND ExecutionStatus = '${status}'`)).count > 0,
      { says: `no run of ${job} is ${status}` },
    );

  it('of a cron are reported as failing in each tick that comes so far, and as recovered in between', async () => {
    const watcher = await stage.watch();
    await stage.isWatching(watcher);
    let isBroken = true;
    stage.works.set('ticks', () => (isBroken ? Promise.reject(new Error('no disk')) : undefined));
    const run = await stage.start('nightly', ['ticks'], {
      job: 'ticks',
      cronSchedule: '@every 1s',
      retry: RETRY,
    });
    await stage.receiver.has(1);
    isBroken = false;
    await stage.receiver.has(2);
    isBroken = true;
    await stage.receiver.has(3);
    await run.terminate();
    deepEqual(stage.receiver.told(), [
      'job.failing open ticks',
      'job.recovered resolved ticks',
      'job.failing open ticks',
    ]);
    await watcher.close();
  });

  it('of which the second succeeds are not reported, however long the cron goes on', async () => {
    const watch = new WatchByHand(stage);
    let calls = 0;
    stage.works.set('second', () => (++calls === 1 ? Promise.reject(new Error('once')) : undefined));
    const run = await stage.start('nightly', ['second'], {
      job: 'second',
      cronSchedule: '@every 1s',
      retry: RETRY,
    });
    await closed('second', 'Completed');
    await watch.poll();
    await watch.poll(16 * MINUTE_MS);
    await run.terminate();
    deepEqual(watch.of('second'), []);
  });

  it('that wait long for the next one are reported as failing after 15 minutes, once', async () => {
    const watch = new WatchByHand(stage);
    const retry = { initialInterval: '1 hour' };
    const run = await stage.start('breaksEachAttempt', [], { job: 'patient', retry });
    await closed('patient', 'Failed');
    await watch.poll();
    deepEqual(watch.of('patient'), []);
    await watch.poll(16 * MINUTE_MS);
    await watch.poll(17 * MINUTE_MS);
    await run.terminate();
    deepEqual(watch.of('patient'), ['failing']);
  });
});

describe('a run that is terminated', () => {
  it('is reported only if the server did so by itself, not for a person, a later start, a schedule or a reset', async () => {
    // A server of our own, with a limit that a test can reach.
    const { TEMPORAL_ADDRESS: _, ...env } = process.env;
    const dynamicConfig = ['limit.historyCount.error=400', 'limit.historyCount.warn=390'];
    const server = await startTemporalServer({ env, dynamicConfig, log: () => {} });
    const stage = await Stage.start({ server });
    try {
      const watch = new WatchByHand(stage);
      await stage.whileWorking(async () => {
        const start = (job: string, more: Parameters<Stage['start']>[2] = {}) =>
          stage.start('takes', [600_000], { job, workflowId: job, ...more });
        await (await start('by a person')).terminate('by hand');
        await start('replaced');
        await start('replaced', { workflowIdConflictPolicy: 'TERMINATE_EXISTING' });
        await resetAfterFirstTask(stage, (await start('reset')).firstExecutionRunId);
        const schedule = await scheduleThatReplaces(stage, 'overlapping');
        const long = await start('too long');
        for (let sent = 0; sent < 400; sent += 50)
          await Promise.allSettled(Array.from({ length: 50 }, () => long.signal('more')));
        const jobs = ['by a person', 'replaced', 'reset', 'overlapping', 'too long'];
        for (const job of jobs) await isTerminated(stage, job);
        await schedule.delete();
        await watch.poll();
        deepEqual(
          jobs.map((job) => [job, ...watch.of(job)]),
          [['by a person'], ['replaced'], ['reset'], ['overlapping'], ['too long', 'failed']],
        );
      });
      const [failed] = watch.seen;
      match(
        failed?.kind === 'failed' ? (failed.facts.error?.message ?? '') : '',
        /history count exceeds limit/,
      );
    } finally {
      await stage.stop();
    }
  });
});

async function isTerminated({ client }: Stage, job: string): Promise<void> {
  // Not all of them are bound.
  const query = `WorkflowId STARTS_WITH '${job}' AND ExecutionStatus = 'Terminated'`;
  await until(async () => (await client.workflow.count(query)).count > 0, {
    says: `no run of ${job} is terminated`,
  });
}

async function resetAfterFirstTask({ client, namespace }: Stage, runId: string): Promise<void> {
  const workflowExecution = { workflowId: 'reset', runId };
  const handle = client.workflow.getHandle('reset', runId);
  await until(async () => (await handle.describe()).historyLength > 4, { says: 'no task is completed' });
  await client.workflowService.resetWorkflowExecution({
    namespace,
    workflowExecution,
    reason: 'a test',
    workflowTaskFinishEventId: msToTs(3_000).seconds ?? null,
    requestId: runId,
  });
}

function scheduleThatReplaces({ client, taskQueue }: Stage, job: string) {
  return client.schedule.create({
    scheduleId: job,
    spec: { intervals: [{ every: '1s' }] },
    policies: { overlap: 'TERMINATE_OTHER' },
    action: {
      type: 'startWorkflow',
      workflowType: 'takes',
      workflowId: job,
      args: [600_000],
      memo: { jobName: job },
      taskQueue,
    },
  });
}
