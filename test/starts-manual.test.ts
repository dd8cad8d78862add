/**
 * Runs that a person asks for are recorded and bound though the policy records none, and nothing but the run
 * that was asked for is.
 */
import { deepEqual, equal } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { linksOf, linkTo, Runs } from './support/runs';

describe('runs started by hand, at ratio 0', { concurrency: 8 }, () => {
  let runs: Runs;
  let taskQueue: string;

  before(async () => {
    runs = await Runs.start({ plugin: { sampling: { default: 0 } } });
    ({ taskQueue } = runs);
  });
  after(() => runs.stop());

  const runNow = (workflowId: string, type: string) =>
    runs.cli(
      `workflow signal-with-start --signal-name runNow --type ${type} --task-queue ${taskQueue} --workflow-id ${workflowId}`,
    );

  it('temporal workflow signal-with-start --signal-name runNow that starts: forced', async () => {
    await runNow('starts', 'oneActivity');
    const [runId = ''] = await runs.ended('starts');
    const root = await runs.expectRun('starts', runId, 'manual');
    deepEqual(linksOf(root), []);
    equal(root.attributes['job.sampling.reason'], 'manual');
  });

  it('the same with a signal of another name: decided by the policy', async () => {
    await runs.cli(
      `workflow signal-with-start --signal-name other --type oneActivity --task-queue ${taskQueue} --workflow-id other`,
    );
    const [runId = ''] = await runs.ended('other');
    await runs.expectUnsampled('other', runId, 'api', 'oneActivity');
  });

  it('the same on a workflow that already runs: nothing changes', async () => {
    const handle = await runs.harness.client.workflow.start('waits', { taskQueue, workflowId: 'running' });
    const runId = handle.firstExecutionRunId;
    // The update's answer says that the first task, and with it the decision, is behind the run.
    await handle.executeUpdate('greet', { args: ['you'] });
    const before = await runs.eventsOfOurs('running', runId);
    await runNow('running', 'waits');
    await handle.signal('finish');
    deepEqual(await handle.result(), ['you', 'runNow']);
    deepEqual(await runs.ended('running'), [runId]);
    deepEqual(await runs.eventsOfOurs('running', runId), before);
    await runs.expectUnsampled('running', runId, 'api', 'waits');
  });

  it('a signal to a cron workflow that waits for its tick: that tick and no other is forced', async () => {
    await runs.cli(
      `workflow start --type oneActivity --task-queue ${taskQueue} --workflow-id cron --cron`,
      '@every 2s',
    );
    const [first = ''] = await runs.ended('cron', 1);
    await runs.cli('workflow signal --name runNow --workflow-id cron');
    const [, second = '', third = ''] = await runs.ended('cron', 3);
    const root = await runs.expectRun('cron', second, 'cron');
    deepEqual(linksOf(root), [linkTo(first)]);
    equal(root.attributes['job.sampling.reason'], 'signal');
    await runs.expectUnsampled('cron', first, 'cron', 'oneActivity');
    await runs.expectUnsampled('cron', third, 'cron', 'oneActivity');
    await runs.harness.client.workflow.getHandle('cron').terminate();
  });

  it('a typed client with runNow: forced, and its retry is decided anew', async () => {
    await runs.typed.workflow.start('failsOnce', {
      taskQueue,
      workflowId: 'typed',
      retry: { maximumAttempts: 2, initialInterval: '100ms' },
      job: { runNow: true },
    });
    const [first = '', second = ''] = await runs.ended('typed', 2);
    const root = await runs.expectRun('typed', first, 'manual');
    equal(root.attributes['job.sampling.reason'], 'manual');
    await runs.expectUnsampled('typed', second, 'manual', 'failsOnce');
  });

  it('a typed client with runNow and cronSchedule: the first tick and no other is forced', async () => {
    await runs.typed.workflow.start('oneActivity', {
      taskQueue,
      workflowId: 'typed-cron',
      cronSchedule: '@every 1s',
      job: { runNow: true },
    });
    const [first = '', second = ''] = await runs.ended('typed-cron', 2);
    await runs.harness.client.workflow.getHandle('typed-cron').terminate();
    const root = await runs.expectRun('typed-cron', first, 'cron');
    equal(root.attributes['job.sampling.reason'], 'manual');
    await runs.expectUnsampled('typed-cron', second, 'cron', 'oneActivity');
  });

  it('continue-as-new of a forced run is recorded, too', async () => {
    await runs.typed.workflow.start('continues', {
      taskQueue,
      workflowId: 'continues',
      args: [1],
      job: { runNow: true },
    });
    const [first = '', second = ''] = await runs.ended('continues', 2);
    await runs.expectRun('continues', first, 'manual');
    const root = await runs.expectRun('continues', second, 'manual');
    deepEqual(linksOf(root), [linkTo(first)]);
    equal(root.attributes['job.sampling.reason'], 'inherited');
  });
});
