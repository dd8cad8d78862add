/**
 * Manual runs are sampled and bound although the policy samples none; no other run is.
 */
import { deepEqual, equal } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { id, linksOf, linkTo, Runs } from './support/runs';

describe('manual runs, at ratio 0', { concurrency: 8 }, () => {
  let runs: Runs;
  let taskQueue: string;

  before(async () => {
    // A retry or tick after a failed run is not sampled for that reason, so that only forced runs are.
    runs = await Runs.start({ plugin: { sampling: { default: { ratio: 0, afterFailure: { runs: 0 } } } } });
    ({ taskQueue } = runs);
  });
  after(() => runs.stop());

  const runNow = (workflowId: string, type: string) =>
    runs.cli(
      `workflow signal-with-start --signal-name runNow --type ${type} --task-queue ${taskQueue} --workflow-id ${workflowId}`,
    );

  it('temporal workflow signal-with-start --signal-name runNow that starts: forced', async () => {
    await runNow(id('starts'), 'oneActivity');
    const [runId = ''] = await runs.closedRunIds(id('starts'));
    const root = await runs.expectRun(id('starts'), runId, 'manual');
    deepEqual(linksOf(root), []);
    equal(root.attributes['job.sampling.reason'], 'manual');
  });

  it('the same with a signal of another name: decided by the policy', async () => {
    await runs.cli(
      `workflow signal-with-start --signal-name other --type oneActivity --task-queue ${taskQueue} --workflow-id ${id('other')}`,
    );
    const [runId = ''] = await runs.closedRunIds(id('other'));
    await runs.expectUnsampled(id('other'), runId, 'api', 'oneActivity');
  });

  it('the same on a workflow that already runs: nothing changes', async () => {
    const handle = await runs.harness.client.workflow.start('waits', {
      taskQueue,
      workflowId: id('running'),
    });
    const runId = handle.firstExecutionRunId;
    // The update's result shows that the first task, and with it the decision, is complete.
    await handle.executeUpdate('greet', { args: ['you'] });
    const before = await runs.pluginEvents(id('running'), runId);
    await runNow(id('running'), 'waits');
    await handle.signal('finish');
    deepEqual(await handle.result(), ['you', 'runNow']);
    deepEqual(await runs.closedRunIds(id('running')), [runId]);
    deepEqual(await runs.pluginEvents(id('running'), runId), before);
    await runs.expectUnsampled(id('running'), runId, 'api', 'waits');
  });

  it('a signal to a cron workflow that waits for its tick: only that tick is forced', async () => {
    await runs.cli(
      `workflow start --type oneActivity --task-queue ${taskQueue} --workflow-id ${id('cron')} --cron`,
      '@every 5s',
    );
    const [first = ''] = await runs.closedRunIds(id('cron'), 1);
    // Without the CLI, whose start may take longer than the time to the next tick.
    await runs.harness.client.workflow.getHandle(id('cron')).signal('runNow');
    const [, second = '', third = ''] = await runs.closedRunIds(id('cron'), 3);
    const root = await runs.expectRun(id('cron'), second, 'cron');
    deepEqual(linksOf(root), [linkTo(first)]);
    equal(root.attributes['job.sampling.reason'], 'signal');
    await runs.expectUnsampled(id('cron'), first, 'cron', 'oneActivity');
    await runs.expectUnsampled(id('cron'), third, 'cron', 'oneActivity');
    await runs.harness.client.workflow.getHandle(id('cron')).terminate();
  });

  it('a typed client with runNow: forced, and its retry is decided anew', async () => {
    await runs.pluginClient.workflow.start('failsOnce', {
      taskQueue,
      workflowId: id('typed'),
      retry: { maximumAttempts: 2, initialInterval: '100ms' },
      job: { runNow: true },
    });
    const [first = '', second = ''] = await runs.closedRunIds(id('typed'), 2);
    const root = await runs.expectRun(id('typed'), first, 'manual');
    equal(root.attributes['job.sampling.reason'], 'manual');
    await runs.expectUnsampled(id('typed'), second, 'manual', 'failsOnce');
  });

  it('a typed client with runNow and cronSchedule: only the first tick is forced', async () => {
    await runs.pluginClient.workflow.start('oneActivity', {
      taskQueue,
      workflowId: id('typed-cron'),
      cronSchedule: '@every 1s',
      job: { runNow: true },
    });
    const [first = '', second = ''] = await runs.closedRunIds(id('typed-cron'), 2);
    await runs.harness.client.workflow.getHandle(id('typed-cron')).terminate();
    const root = await runs.expectRun(id('typed-cron'), first, 'cron');
    equal(root.attributes['job.sampling.reason'], 'manual');
    await runs.expectUnsampled(id('typed-cron'), second, 'cron', 'oneActivity');
  });

  it('continue-as-new of a forced run is also sampled', async () => {
    await runs.pluginClient.workflow.start('continues', {
      taskQueue,
      workflowId: id('continues'),
      args: [1],
      job: { runNow: true },
    });
    const [first = '', second = ''] = await runs.closedRunIds(id('continues'), 2);
    await runs.expectRun(id('continues'), first, 'manual');
    const root = await runs.expectRun(id('continues'), second, 'manual');
    deepEqual(linksOf(root), [linkTo(first)]);
    equal(root.attributes['job.sampling.reason'], 'inherited');
  });
});
