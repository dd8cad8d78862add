/**
 * Ticks of workflows that continue as new, are retried, fail or run long, and pauses, changes and cancellations between
 * them.
 */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ReceivedSpan } from '../testing/otlp-span';
import { until } from '../testing/until';
import { linksOf, linkTo, Runs, traceIdOf } from './support/runs';
import { Job, SCHEDULED_PATH } from './support/scheduled-jobs';

/** Longer than the second between two ticks, with a margin for a busy machine. */
const A_WHILE_MS = 3_000;

describe('the ticks of a scheduledJob', { concurrency: 4 }, () => {
  let runs: Runs;
  let statusOf: (workflowId: string, runId: string) => Promise<string>;

  before(async () => {
    runs = await Runs.start({ options: { workflowsPath: SCHEDULED_PATH } });
    statusOf = async (workflowId, runId) => {
      const { status } = await runs.harness.client.workflow.getHandle(workflowId, runId).describe();
      return status.name;
    };
  });
  after(() => runs.stop());

  /** Returns all runs of the job's ticks, oldest first. */
  async function ticksOf(job: Job): Promise<{ runId: string; startTime: Date }[]> {
    const ticks: { runId: string; startTime: Date }[] = [];
    for await (const info of runs.harness.client.workflow.list({ query: `WorkflowId = '${job.tickId}'` }))
      ticks.push(info);
    return ticks.sort((a, b) => a.startTime.getTime() - b.startTime.getTime());
  }

  it('continue after a workflow that continues as new; each continuation is a run of the same tick', async () => {
    const job = await new Job(runs, 'continues').start({
      workflow: 'continues',
      args: [1],
      cron: '@every 1s',
    });
    const [first = '', second = '', third = ''] = await runs.closedRunIds(job.tickId, 3);
    await job.signal('stop');
    for (const runId of [first, second, third])
      await runs.expectRun(job.tickId, runId, 'cron', { JobName: job.id });
    deepEqual(
      [await statusOf(job.tickId, first), await statusOf(job.tickId, second)],
      ['CONTINUED_AS_NEW', 'COMPLETED'],
    );
    deepEqual(linksOf(await runs.completeRootOf(second)), [linkTo(first)]);
    deepEqual(linksOf(await runs.completeRootOf(third)), []);
    await job.waitUntilClosed();
  });

  it('continue with a retry policy: attempts are runs of one tick, with its nominal time', async () => {
    const job = await new Job(runs, 'retried').start({
      workflow: 'failsUntil',
      args: [2],
      cron: '@every 1s',
      retry: { maximumAttempts: 3, initialInterval: '100ms' },
    });
    const [first = '', second = '', third = ''] = await runs.closedRunIds(job.tickId, 3);
    await job.signal('stop');
    const roots: ReceivedSpan[] = [];
    for (const runId of [first, second, third])
      roots.push(await runs.expectRun(job.tickId, runId, 'cron', { JobName: job.id }));
    deepEqual(
      roots.map(({ attributes }) => attributes['job.attempt']),
      [1, 2, 1],
    );
    const [time, sameTime, nextTime] = roots.map(({ attributes }) => attributes['faas.time']);
    ok(time);
    equal(sameTime, time);
    ok(String(nextTime) > String(time));
    deepEqual(
      [await statusOf(job.tickId, first), await statusOf(job.tickId, second)],
      ['FAILED', 'COMPLETED'],
    );
    await job.waitUntilClosed();
  });

  it('continue although each one fails', async () => {
    const job = await new Job(runs, 'fails').start({ workflow: 'failsUntil', args: [9], cron: '@every 1s' });
    const ticks = await runs.closedRunIds(job.tickId, 3);
    await job.signal('stop');
    deepEqual(await Promise.all(ticks.map((runId) => statusOf(job.tickId, runId))), [
      'FAILED',
      'FAILED',
      'FAILED',
    ]);
    for (const runId of ticks) await runs.expectRun(job.tickId, runId, 'cron', { JobName: job.id });
    await job.waitUntilClosed();
  });

  it('do not run early when they are cancelled while they wait', async () => {
    const job = await new Job(runs, 'back-off').start({ workflow: 'quick', cron: '@every 1h' });
    const cron = await job.openCronId();
    await runs.cli(`workflow cancel --workflow-id ${cron}`);
    // The server starts the tick at once, and the workflow of the tick completes.
    await runs.closedRunIds(cron);
    const { status } = await runs.harness.client.workflow.getHandle(cron).describe();
    equal(status.name, 'CANCELLED');
    await job.signal('stop');
    await job.waitUntilClosed();
    deepEqual(await ticksOf(job), []);
  });

  it('continue after an immediate pause and resume, with one cron', async () => {
    const job = await new Job(runs, 'pauses').start({ workflow: 'quick', cron: '@every 1s' });
    await runs.closedRunIds(job.tickId, 1);
    for (let times = 0; times < 5; times++)
      await Promise.all([job.handle.signal('pause'), job.handle.signal('resume')]);
    await job.handle.signal('pause');
    await job.handle.signal('resume');
    const before = (await ticksOf(job)).length;
    await runs.closedRunIds(job.tickId, before + 3);
    await job.onlyCronId();
    await job.signal('stop');
    await job.waitUntilClosed();
  });

  it('do not run while the job is paused, but manual runs do', async () => {
    const job = await new Job(runs, 'paused').start({ workflow: 'quick', cron: '@every 1s', paused: true });
    await job.update('runNow');
    // Time for ticks, of which there are none.
    await sleep(A_WHILE_MS);
    deepEqual(await ticksOf(job), []);
    await job.signal('resume');
    await runs.closedRunIds(job.tickId, 1);
    await job.signal('stop');
    await job.waitUntilClosed();
  });

  it('follow a new cron expression while one runs, which is not disturbed', async () => {
    const job = await new Job(runs, 'changes').start({
      workflow: 'slow',
      args: [A_WHILE_MS],
      cron: '@every 1s',
    });
    const tick = await runs.openRunId(job.tickId);
    const changed = await job.update<{ spec: { cron: string } }>('change', { cron: '@every 2s', args: [1] });
    equal(changed.spec.cron, '@every 2s');
    const handle = runs.harness.client.workflow.getHandle(job.tickId, tick);
    equal(await handle.result(), 'slept');
    const cron = runs.harness.client.workflow.getHandle(await job.onlyCronId());
    const [started] = (await cron.fetchHistory()).events ?? [];
    equal(started?.workflowExecutionStartedEventAttributes?.cronSchedule, '@every 2s');
    const [, second = '', third = ''] = await runs.closedRunIds(job.tickId, 3);
    await job.signal('stop');
    const times = await Promise.all(
      [second, third].map(async (runId) => {
        const root = await runs.rootSpanOf(runId);
        return Date.parse(String(root.attributes['faas.time']));
      }),
    );
    equal(((times[1] ?? 0) - (times[0] ?? 0)) % 2_000, 0);
    await job.waitUntilClosed();
  });

  it('missed because of a long run are counted in status, and none overlap', async () => {
    const job = await new Job(runs, 'misses').start({
      workflow: 'slow',
      args: [A_WHILE_MS],
      cron: '@every 1s',
    });
    const { missedTicks } = await job.statusWhen((status) => status.missedTicks.total >= 2);
    const ticks = await ticksOf(job);
    await job.signal('stop');
    const root = await runs.rootSpanOf(ticks[0]?.runId ?? '');
    const nominal = Date.parse(String(root.attributes['faas.time']));
    const earliest = missedTicks.last.at(-1) ?? '';
    equal(Date.parse(earliest), nominal + 1_000);
    await job.waitUntilClosed();
  });

  it('add nothing to the history of their job', async () => {
    const job = await new Job(runs, 'history').start({ workflow: 'quick', cron: '@every 3s' });
    await runs.closedRunIds(job.tickId, 1);
    const events = await job.events();
    await runs.closedRunIds(job.tickId, 4);
    // A machine that is busy for 3 s misses a tick, which the status reports.
    const { missedTicks } = await job.status();
    ok((await job.events()) <= events + 4 * missedTicks.total);
    await job.signal('stop');
    await job.waitUntilClosed();
  });

  it('end automatically when their job was terminated', async () => {
    const job = await new Job(runs, 'orphaned').start({ workflow: 'quick', cron: '@every 1s' });
    const cron = await job.openCronId();
    await runs.closedRunIds(job.tickId, 1);
    await runs.cli(`workflow terminate --workflow-id ${job.id}`);
    // Between two ticks, visibility may list none of them.
    const handle = runs.harness.client.workflow.getHandle(cron);
    const isCancelled = async () => (await handle.describe()).status.name === 'CANCELLED';
    await until(isCancelled, { says: 'the cron is not cancelled' });
    await job.waitUntilClosed();
  });

  it('end automatically when another job has replaced theirs', async () => {
    const job = await new Job(runs, 'replaced').start({ workflow: 'quick', cron: '@every 1s' });
    const old = await job.openCronId();
    await runs.cli(`workflow terminate --workflow-id ${job.id}`);
    await job.start({ workflow: 'quick', cron: '@every 1h' });
    const cron = await job.openCronId();
    await runs.closedRunIds(old);
    await job.waitUntilClosed([job.id, cron]);
    await job.signal('stop');
    await job.waitUntilClosed();
  });

  it('end automatically when their job was reset and has another cron', async () => {
    const job = await new Job(runs, 'reset').start({ workflow: 'quick', cron: '@every 1s' });
    const old = await job.openCronId();
    await runs.closedRunIds(job.tickId, 1);
    await runs.cli(`workflow reset --workflow-id ${job.id} --type FirstWorkflowTask --reason test`);
    const cron = await job.openCronId();
    ok(cron !== old);
    await job.waitUntilClosed([job.id, cron, job.tickId]);
    const before = (await ticksOf(job)).length;
    await runs.closedRunIds(job.tickId, before + 2);
    await job.signal('stop');
    await job.waitUntilClosed();
  });

  it('of a cron expression have the whole minute as their nominal time', { timeout: 120_000 }, async () => {
    const job = await new Job(runs, 'minute').start({ workflow: 'report', cron: '* * * * *' });
    const { nextTick } = await job.status();
    const [runId = ''] = await runs.closedRunIds(job.tickId, 1, 90_000);
    await job.signal('stop');
    const root = await runs.expectRun(job.tickId, runId, 'cron', { JobName: job.id });
    equal(root.attributes['faas.time'], nextTick);
    equal(root.traceId, traceIdOf(runId));
    await job.waitUntilClosed();
  });
});
