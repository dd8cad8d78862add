/**
 * An operator's view of a job, from its start with the CLI to its end.
 */
import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { ManualRun } from 'temporal-job-tracing/client';
import { PRELOADED, Runs, traceIdOf } from './support/runs';
import { Job, SCHEDULED_PATH } from './support/scheduled-jobs';

describe('scheduledJob, started with the CLI alone', { concurrency: 4 }, () => {
  let runs: Runs;

  before(async () => {
    runs = await Runs.start({
      plugin: { sampling: { default: 0 } },
      options: { workflowsPath: SCHEDULED_PATH, bundlerOptions: PRELOADED },
    });
  });
  after(() => runs.stop());

  /** Returns the task queue of a run of `report`, and the lane in its `jobInfo()`. */
  async function placeOf({ workflowId, runId }: Pick<ManualRun, 'workflowId' | 'runId'>): Promise<string> {
    const handle = runs.harness.client.workflow.getHandle(workflowId, runId);
    const { context } = await handle.result();
    return `${(await handle.describe()).taskQueue} ${context.lane}`;
  }

  it('ticks: each tick is a run of the workflow with a trace of its own, bound under the job name', async () => {
    const job = await new Job(runs, 'ticks').start({ workflow: 'report', cron: '@every 1s', args: ['a', 1] });
    const ticks = await runs.closedRunIds(job.tickId, 2);
    await job.signal('stop');
    await job.handle.result();
    for (const runId of ticks) await runs.expectUnsampled(job.tickId, runId, 'cron', job.id);
    for (const runId of ticks) {
      const { args, context } = await runs.harness.client.workflow.getHandle(job.tickId, runId).result();
      deepEqual(args, ['a', 1]);
      equal(context.jobName, job.id);
      equal(context.trigger, 'cron');
      ok(context.scheduledTime);
    }
  });

  it('is neither bound nor traced, and nor is its cron', async () => {
    const job = await new Job(runs, 'quiet').start({ workflow: 'quick', cron: '@every 1s' });
    await runs.closedRunIds(job.tickId, 1);
    for (const workflowId of [job.id, await job.openCronId()]) {
      deepEqual(await runs.harness.searchAttributesOf(workflowId), {});
      const { runId } = await runs.harness.client.workflow.getHandle(workflowId).describe();
      runs.expectNoSpansOf(traceIdOf(runId));
    }
    await job.signal('stop');
    await job.waitUntilClosed();
  });

  it('the signal runNow starts a run with its own arguments, sampled at ratio 0, with author and reason', async () => {
    const job = await new Job(runs, 'by-signal').start({ workflow: 'report', cron: '0 2 * * *', args: [1] });
    await job.signal('runNow');
    await job.signal('runNow', { args: [2], reason: 'after the fix' });
    const { manualRuns } = await job.statusWhen((status) => status.manualRuns.length === 2);
    // On a busy machine, both may start in one task, in either order.
    const isSecond = ({ reason }: ManualRun) => reason !== undefined;
    const [first, second] = [manualRuns.find((run) => !isSecond(run)), manualRuns.find(isSecond)];
    ok(first && second);
    for (const run of [first, second]) equal(run.traceId, traceIdOf(run.runId));
    equal(second.reason, 'after the fix');
    match(second.startedBy ?? '', /temporal-cli/);

    const root = await runs.expectRun(second.workflowId, second.runId, 'manual', { JobName: job.id });
    deepEqual(
      ['job.reason', 'job.started_by', 'job.sampling.reason'].map((name) => root.attributes[name]),
      ['after the fix', second.startedBy, 'manual'],
    );
    await runs.expectRun(first.workflowId, first.runId, 'manual', { JobName: job.id });
    const results = await Promise.all(
      [first, second].map(({ workflowId, runId }) =>
        runs.harness.client.workflow.getHandle(workflowId, runId).result(),
      ),
    );
    deepEqual(
      results.map(({ args, context }) => [args, context.reason]),
      [
        [[1], undefined],
        [[2], 'after the fix'],
      ],
    );
    await job.signal('stop');
    await job.waitUntilClosed();
  });

  it('signals sent with the start are obeyed, and unknown ones are refused', async () => {
    const job = new Job(runs, 'with-start');
    const { taskQueue } = runs;
    await runs.harness.client.workflow.signalWithStart('scheduledJob', {
      ...{ workflowId: job.id, taskQueue, args: [{ workflow: 'report', cron: '0 2 * * *' }] },
      ...{ signal: 'runNow', signalArgs: [{ reason: 'with the start' }] },
    });
    const { manualRuns, refusals } = await job.statusWhen((status) => status.manualRuns.length === 1);
    deepEqual([manualRuns[0]?.reason, refusals], ['with the start', []]);
    await job.signal('runnow');
    const { refusals: later } = await job.statusWhen((status) => status.refusals.length === 1);
    match(later[0]?.why ?? '', /^there is no signal "runnow"; send runNow$/);
    await job.signal('stop');
    await job.waitUntilClosed();
  });

  it('the update runNow returns run id and TraceId', async () => {
    const job = await new Job(runs, 'by-update').start({ workflow: 'report', cron: '0 2 * * *' });
    const run = await job.update<ManualRun>('runNow', { reason: 'a look' });
    equal(run.traceId, traceIdOf(run.runId));
    equal(run.reason, 'a look');
    // The CLI's identity in updates.
    match(run.startedBy ?? '', /^\d+@/);
    await runs.expectRun(run.workflowId, run.runId, 'manual', { JobName: job.id });
    await job.signal('stop');
    await job.waitUntilClosed();
  });

  it('with manualRuns refuse, a manual run is refused while another run is open, with its TraceId', async () => {
    const job = await new Job(runs, 'refuses').start({
      workflow: 'slow',
      args: [60_000],
      manualRuns: 'refuse',
    });
    const run = await job.update<ManualRun>('runNow');
    await rejects(job.update('runNow'), new RegExp(`the job is running: .*TraceId ${run.traceId}`));
    await job.signal('runNow');
    const { refusals } = await job.statusWhen((status) => status.refusals.length === 1);
    match(refusals[0]?.why ?? '', new RegExp(`TraceId ${run.traceId}`));
    await job.signal('change', { cron: '@every 1s' });
    await runs.harness.client.workflow.getHandle(run.workflowId).terminate();
    const ticking = await runs.openRunId(job.tickId);
    await rejects(job.update('runNow'), new RegExp(`TraceId ${traceIdOf(ticking)}`));
    await job.signal('stop');
    await job.waitUntilClosed();
  });

  it('status has spec, next tick, pause and manual runs', async () => {
    const spec = { workflow: 'quick', cron: '30 2 * * *', timeZone: 'Asia/Kolkata', name: 'nightly' };
    const job = await new Job(runs, 'status').start(spec);
    const { nextTick = '', ...status } = await job.status();
    deepEqual(status, {
      job: 'nightly',
      spec,
      paused: false,
      // The CLI prints empty arrays in this form.
      manualRuns: null,
      missedTicks: { total: 0, last: null },
      refusals: null,
    });
    match(nextTick, /T21:00:00\.000Z$/);
    ok(Date.parse(nextTick) > Date.now() && Date.parse(nextTick) <= Date.now() + 86_400_000, nextTick);
    await job.signal('pause');
    const paused = await job.statusWhen(({ paused }) => paused);
    equal(paused.nextTick, undefined);
    await job.signal('stop');
    await job.waitUntilClosed();
  });

  it('a lane routes its share of the runs to its task queue, and labels them', async () => {
    const gray = await runs.startWorker({ options: { workflowsPath: SCHEDULED_PATH } });
    const job = await new Job(runs, 'lane').start({
      workflow: 'report',
      lane: { name: 'gray', share: 0.5, taskQueue: gray },
    });
    const places = new Set<string>();
    for (let i = 0; i < 16; i++) places.add(await placeOf(await job.update<ManualRun>('runNow')));
    deepEqual(
      [...places].sort(),
      [`${gray} gray`, `${runs.taskQueue} undefined`].sort(),
      'all in one has a chance of 1 in 32,768',
    );
    await job.update('change', { cron: '@every 1s', lane: { name: 'gray', taskQueue: gray } });
    const [runId = ''] = await runs.closedRunIds(job.tickId, 1);
    equal(await placeOf({ workflowId: job.tickId, runId }), `${gray} gray`);
    await job.update('change', { cron: null, lane: { name: 'gray', share: 0, taskQueue: gray } });
    equal(await placeOf(await job.update<ManualRun>('runNow')), `${runs.taskQueue} undefined`);
    await job.signal('stop');
    await job.waitUntilClosed();
  });

  it('the signal stop ends the ticks and the open runs', async () => {
    const job = await new Job(runs, 'stop').start({ workflow: 'slow', cron: '@every 1s', args: [120_000] });
    const tick = await runs.openRunId(job.tickId);
    const { workflowId } = await job.update<ManualRun>('runNow');
    await job.handle.signal('stop');
    // No new run starts; a run may have closed already.
    await job.handle.signal('runNow').catch(() => {});
    const { spec, manualRuns } = await job.handle.result();
    deepEqual([spec.workflow, manualRuns.length], ['slow', 1]);
    await job.waitUntilClosed();
    const { workflow } = runs.harness.client;
    for (const handle of [workflow.getHandle(job.tickId, tick), workflow.getHandle(workflowId)])
      equal((await handle.describe()).status.name, 'CANCELLED');
  });

  it('a cancellation of the job ends them too', async () => {
    const job = await new Job(runs, 'cancel').start({ workflow: 'slow', cron: '@every 1s', args: [120_000] });
    await runs.openRunId(job.tickId);
    await job.update<ManualRun>('runNow');
    await runs.cli(`workflow cancel --workflow-id ${job.id}`);
    await rejects(job.handle.result(), /cancelled/i);
    await job.waitUntilClosed();
    equal((await job.handle.describe()).status.name, 'CANCELLED');
  });
});
