/** Which runs are slow, on a real server: only those that are bound, still going on, and not reported as something else. */
import { deepEqual, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { until } from '../../testing/until';
import { Stage } from '../support/alerts/stage';
import { WatchByHand } from '../support/alerts/watch-by-hand';
import { workflowBundle } from '../support/bundles';

const LIMIT_MS = 3_000;
/** Longer than any run of a test lasts, even on a busy machine. */
const LONG_LIMIT_MS = 60_000;
/** Runs are read from a second on, for the sake of another job. */
const RULES = {
  jobs: { 'limited-*': { overMs: LIMIT_MS }, 'long-*': { overMs: LONG_LIMIT_MS }, other: { overMs: 1_000 } },
};

describe('a slow run', () => {
  let stage: Stage;
  before(async () => {
    stage = await Stage.start();
  });
  after(() => stage.stop());

  const begun = (query: string) =>
    until(async () => (await stage.client.workflow.count(`${query} AND BuildIds IS NOT NULL`)).count > 0, {
      says: `nothing has begun: ${query}`,
    });

  it('that ended within its limit is not reported, even if lists still have it as running', async () => {
    const watch = new WatchByHand(stage, RULES);
    let end = () => {};
    stage.works.set('long-1', () => new Promise<void>((resolve) => (end = resolve)));
    await stage.whileWorking(async () => {
      const run = await stage.start('nightly', ['long-1'], { job: 'long-1' });
      await begun("JobName = 'long-1'");
      await watch.poll(1_000);
      end();
      await run.result();
      await watch.whileLagging(() => watch.poll(LONG_LIMIT_MS));
      await watch.poll(LONG_LIMIT_MS);
      deepEqual(watch.of('long-1'), []);
    });
  });

  it('that fails before it was reported is reported only as failed', async () => {
    const watch = new WatchByHand(stage, RULES);
    let fail = (_: Error) => {};
    stage.works.set('limited-1', () => new Promise<void>((_, reject) => (fail = reject)));
    await stage.whileWorking(async () => {
      const run = await stage.start('nightly', ['limited-1'], { job: 'limited-1' });
      await begun("JobName = 'limited-1'");
      const { executionTime = new Date(0) } = await run.describe();
      const elapsedMs = () => Date.now() - executionTime.getTime();
      // By the watcher's clock the run has lasted half its limit, however long the machine took.
      await watch.poll(LIMIT_MS / 2 - elapsedMs());
      // A run that has ended is measured by its close time, so it must really last longer than the limit.
      await until(() => elapsedMs() > LIMIT_MS, { says: 'the limit is not reached' });
      fail(new Error('too late'));
      await run.result().catch(() => {});
      const isListed = async () => {
        await watch.poll();
        return watch.of('limited-1').length > 0;
      };
      await until(isListed, { says: 'the failure is not listed' });
      await watch.poll();
      deepEqual(watch.of('limited-1'), ['failed']);
    });
  });

  it('that starts and ends between two polls is reported once, together with its end', async () => {
    const watch = new WatchByHand(stage, RULES);
    await watch.poll();
    await stage.whileWorking(() => stage.run('other', 'takes', [1_050]));
    const isListed = async () => {
      await watch.poll();
      return watch.of('other').length > 0;
    };
    await until(isListed, { says: 'it is not listed' });
    await watch.poll();
    deepEqual(watch.of('other'), ['job.slow']);
    const [seen] = watch.seen.filter(({ subject }) => subject === 'other');
    ok(seen?.kind === 'raised' && seen.endedMs !== undefined, JSON.stringify(seen));
  });

  it('is none because its worker was killed in a workflow task, for which the server waits as long as the limit', async () => {
    const watch = new WatchByHand(stage);
    const job = 'usually-fast';
    const { client, namespace, taskQueue } = stage;
    await stage.whileWorking(async () => {
      for (let run = 0; run < 10; run++) await stage.run(job, 'takes', [1]);
    });
    const late = await stage.start('takes', [1], { job });
    const stays = await stage.start('takes', [600_000], { job });
    // The worker that takes both tasks and is killed.
    for (let task = 0; task < 2; task++)
      await client.workflowService.pollWorkflowTaskQueue({
        namespace,
        taskQueue: { name: taskQueue },
        identity: 'killed',
      });
    const hasLostItsTask = async ({ workflowId }: { workflowId: string }) => {
      const { events = [] } = await client.workflow.getHandle(workflowId).fetchHistory();
      return (events ?? []).some(({ workflowTaskTimedOutEventAttributes: one }) => one);
    };
    await until(async () => (await hasLostItsTask(late)) && (await hasLostItsTask(stays)), {
      says: 'the server still waits for the tasks',
    });
    // The limit is the usual duration and 10 s, as long as the server has waited.
    await watch.poll(3_000);
    await stage.whileWorking(async () => {
      await late.result();
      await begun(`WorkflowId = '${stays.workflowId}'`);
      await watch.poll(3_000);
      await watch.poll(3_000);
      deepEqual(watch.of(job), []);
      await watch.poll(60_000);
      deepEqual(watch.of(job), ['job.slow']);
      await stays.terminate();
    });
  });

  it('is none that waits for its first task and then is not bound, nor the controller of a scheduled job', async () => {
    const watch = new WatchByHand(stage, { default: { overMs: 1_000 } });
    const controller = { taskQueue: 'late', workflowId: 'controlled' };
    const spec = { workflow: 'takes', cron: '0 2 * * *' };
    await stage.client.workflow.start('scheduledJob', { ...controller, args: [spec] });
    await stage.start('takes', [600_000], { job: 'not-bound', taskQueue: 'without-plugin' });
    // Runs that wait for their first task are read from 5 s on.
    await watch.poll(6_000);
    const worker = await stage.worker({ taskQueue: 'late' });
    const other = await stage.worker({
      taskQueue: 'without-plugin',
      workflowBundle: await workflowBundle({ workflowsPath: require.resolve('../support/workflows/alerts') }),
      plugins: [],
    });
    await worker.runUntil(() =>
      other.runUntil(async () => {
        await begun("WorkflowId = 'controlled'");
        await begun("WorkflowType = 'takes' AND TaskQueue = 'without-plugin'");
        // Task queues without a worker are read again after 5 s.
        for (const laterMs of [12_000, 18_000, 24_000]) await watch.poll(laterMs);
      }),
    );
    deepEqual([...watch.of('controlled'), ...watch.of('scheduledJob'), ...watch.of('not-bound')], []);
    await stage.client.workflow.getHandle('controlled').terminate();
  });
});
