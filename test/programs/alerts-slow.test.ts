/** Which runs are slow, on a real server: only those that are bound, still going on, and not reported as something else. */
import { deepEqual, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../../testing/until';
import { Stage } from '../support/alerts/stage';
import { WatchByHand } from '../support/alerts/watch-by-hand';
import { workflowBundle } from '../support/bundles';

const LIMIT_MS = 3_000;
/** Runs are read from a second on, for the sake of another job. */
const RULES = { jobs: { 'limited-*': { overMs: LIMIT_MS }, other: { overMs: 1_000 } } };

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
    stage.works.set('limited-1', () => new Promise<void>((resolve) => (end = resolve)));
    await stage.whileWorking(async () => {
      const run = await stage.start('nightly', ['limited-1'], { job: 'limited-1' });
      await begun("JobName = 'limited-1'");
      const atMs = (await run.describe()).startTime.getTime();
      await until(() => Date.now() > atMs + 1_000, { says: 'a second is long' });
      await watch.poll();
      end();
      await run.result();
      const { closeTime, executionTime } = await run.describe();
      ok(Number(closeTime) - Number(executionTime) < LIMIT_MS, 'the machine is too busy');
      await until(() => Date.now() > atMs + LIMIT_MS, { says: 'the limit is not reached' });
      await watch.whileLagging(() => watch.poll());
      await watch.poll();
      deepEqual(watch.of('limited-1'), []);
    });
  });

  it('that fails before it was reported is reported only as failed', async () => {
    const watch = new WatchByHand(stage, RULES);
    let fail = (_: Error) => {};
    stage.works.set('limited-2', () => new Promise<void>((_, reject) => (fail = reject)));
    await stage.whileWorking(async () => {
      const run = await stage.start('nightly', ['limited-2'], { job: 'limited-2' });
      await begun("JobName = 'limited-2'");
      const atMs = (await run.describe()).startTime.getTime();
      await until(() => Date.now() > atMs + 1_000, { says: 'a second is long' });
      await watch.poll();
      await until(() => Date.now() > atMs + LIMIT_MS, { says: 'the limit is not reached' });
      fail(new Error('too late'));
      await run.result().catch(() => {});
      const isListed = async () => {
        await watch.poll();
        return watch.of('limited-2').length > 0;
      };
      await until(isListed, { says: 'the failure is not listed' });
      await watch.poll();
      deepEqual(watch.of('limited-2'), ['failed']);
    });
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
    const { executionTime = new Date(0) } = await late.describe();
    // The limit is the usual duration and 10 s, the time for a task 10 s.
    await until(() => Date.now() - executionTime.getTime() > 12_000, { says: '12 s are long' });
    await watch.poll();
    await stage.whileWorking(async () => {
      await late.result();
      await begun(`WorkflowId = '${stays.workflowId}'`);
      // The task queue is read again.
      await sleep(6_000);
      await watch.poll();
      await watch.poll();
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
    // From then on it is read.
    await sleep(6_000);
    await watch.poll();
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
        // The task queues are read again.
        for (let poll = 0; poll < 3; poll++) {
          await sleep(6_000);
          await watch.poll();
        }
      }),
    );
    deepEqual([...watch.of('controlled'), ...watch.of('scheduledJob'), ...watch.of('not-bound')], []);
    await stage.client.workflow.getHandle('controlled').terminate();
  });
});
