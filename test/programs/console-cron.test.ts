/** Runs that are created before they are due: each begins when it is due, in lists, on its page and in its sentence. */
import { deepEqual, match, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { JobPage } from '../../console/types';
import { until } from '../../testing/until';
import { ConsoleHarness } from '../support/console';
import { id } from '../support/runs';
import { proceed } from '../support/workflows/console';

describe('a cron in the console', () => {
  let harness: ConsoleHarness;

  before(async () => {
    harness = await ConsoleHarness.start();
  });
  after(() => harness.stop());

  it('begins a cron run when it is due; the wait before is neither work nor a run', async () => {
    const memo = { jobName: id('cron') };
    const handle = await harness.start('waitsForSignal', id('cron'), [], { cronSchedule: '@every 5s', memo });
    const runId = handle.firstExecutionRunId;
    const listed = async () => (await harness.find<JobPage>(`/api/jobs/${memo.jobName}`)) ?? undefined;
    const waits = await harness.page(runId, ({ waiting }) => waiting[0]?.kind === 'start', 'it is not due');
    match(waits.sentence.text, /^Not started yet\./);
    deepEqual([waits.run.startedAt, waits.run.durationMs], [waits.run.dueAt, 0]);
    const early = await until(listed, { says: 'the cron is not listed' });
    deepEqual([early.job.kind, early.job.running, early.runs], ['cron', 0, []]);

    await harness.page(runId, ({ waiting }) => waiting[0]?.kind === 'signal', 'it has not begun');
    await handle.signal(proceed);
    const { run, timeline, sentence } = await harness.page(
      runId,
      (page) => page.run.state === 'success',
      'it has not ended',
    );
    const created = (await harness.client.workflow.getHandle(handle.workflowId, runId).describe()).startTime;
    ok(run.startedAt - created.getTime() >= 3_000, `${run.startedAt - created.getTime()} ms`);
    deepEqual([run.startedAt, Math.floor(timeline.startedAt)], [run.dueAt, run.dueAt]);
    ok(Math.abs(run.durationMs - timeline.durationMs) < 3 && sentence.totalMs === timeline.durationMs);
    ok(run.waitedMs !== undefined && run.waitedMs <= run.durationMs);

    const next = harness.client.workflow.getHandle(handle.workflowId);
    await next.terminate('the cron is no longer needed');
    const stopped = await harness.page(
      (await next.describe()).runId,
      (page) => page.run.state === 'termination',
      'it is not terminated',
    );
    deepEqual([stopped.run.durationMs, stopped.timeline.durationMs], [0, 0]);
    const late = await until(
      async () => {
        const page = await listed();
        return page?.job.nextDueAt === undefined && page?.runs.length === 1 ? page : undefined;
      },
      { says: 'the run that was never due is listed' },
    );
    deepEqual([late.job.failingRuns, late.runs[0]?.startedAt], [0, run.startedAt]);
  });
});
