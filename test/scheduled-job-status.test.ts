/** The status of a job: the update reads its last runs; the query and the Web UI's details show the result. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { ManualRun, ScheduledJobStatus } from 'temporal-job-tracing/client';
import { until } from '../testing/until';
import { Runs, traceIdOf } from './support/runs';
import { Job, SCHEDULED_PATH } from './support/scheduled-jobs';

describe('the status of a job', { concurrency: 4 }, () => {
  let runs: Runs;
  before(async () => {
    runs = await Runs.start({
      plugin: { traceUrl: 'http://traces/{traceId}' },
      options: { workflowsPath: SCHEDULED_PATH },
    });
  });
  after(() => runs.stop());

  /** Sends the update until the runs in its result fulfil the condition; returns the status. */
  async function readWhen(
    job: Job,
    isWanted: (read: NonNullable<ScheduledJobStatus['lastRuns']>) => boolean,
  ) {
    let seen: ScheduledJobStatus | undefined;
    const wanted = async () => {
      seen = await job.update<ScheduledJobStatus>('status');
      return seen.lastRuns !== undefined && isWanted(seen.lastRuns) && seen;
    };
    return until(wanted, { says: () => `the update returns ${JSON.stringify(seen)}` });
  }

  it('has its runs with result, duration, TraceId and link, read by the update and cached for query and details', async () => {
    const job = await new Job(runs, 'read').start({ workflow: 'slow', args: [10] });
    equal((await job.status()).lastRuns, undefined, 'nothing has been read');
    const ended = await job.update<ManualRun>('runNow');
    await runs.closedRunIds(ended.workflowId);
    const open = await job.update<ManualRun>('runNow', { args: [600_000], reason: 'a *look*' });
    const { lastRuns } = await readWhen(
      job,
      ({ runs: [first, second] }) => first?.result === 'running' && second?.result === 'success',
    );
    const [first, second] = lastRuns?.runs ?? [];
    deepEqual(
      [first?.runId, first?.traceId, first?.durationMs, first?.trigger],
      [open.runId, traceIdOf(open.runId), undefined, 'manual'],
    );
    deepEqual(
      [second?.runId, second?.url, second?.sampled],
      [ended.runId, `http://traces/${traceIdOf(ended.runId)}`, true],
    );
    ok((second?.durationMs ?? -1) >= 0);
    deepEqual((await job.status()).lastRuns, lastRuns, 'the query shows what the update has read');

    const client = await runs.harness.jobs.getHandle(job.id).status({ read: true });
    ok((client.lastRuns?.readAt ?? '') > (lastRuns?.readAt ?? ''), 'the client can have them read, too');

    const metadata = await runs.harness.cli(
      'workflow',
      'metadata',
      '--workflow-id',
      job.id,
      '--output',
      'json',
    );
    for (const part of [
      `**Job ${job.id}**: no next tick`,
      `read at ${client.lastRuns?.readAt}`,
      'manual: **running** · ',
      'manual: **success** in ',
      `[Trace ${traceIdOf(ended.runId)}](http://traces/${traceIdOf(ended.runId)})`,
      'a \\\\*look\\\\*',
    ])
      ok(metadata.includes(part), `${part} in ${metadata}`);
    await job.signal('stop');
    await job.waitUntilClosed();
  });

  it('also has ticks, and the next one', async () => {
    const job = await new Job(runs, 'ticks').start({ workflow: 'quick', cron: '@every 1s' });
    const { lastRuns, nextTick } = await readWhen(job, ({ runs: all }) =>
      all.some(({ result }) => result === 'success'),
    );
    const tick = lastRuns?.runs.find(({ result }) => result === 'success');
    deepEqual([tick?.trigger, tick?.workflowId], ['tick', job.tickId]);
    ok(nextTick);
    const { currentDetails } = await job.handle.query<{ currentDetails: string }>(
      '__temporal_workflow_metadata',
    );
    match(
      currentDetails,
      /^\*\*Job .*\*\*: next tick \d{4}-.*\n\nSpec: `\{"workflow":"quick","cron":"@every 1s"\}`/,
    );
    match(currentDetails, /\n- .* tick: \*\*success\*\* in /);
    await job.signal('stop');
    await job.waitUntilClosed();
  });

  it('names the right signal for an unknown one', async () => {
    const job = await new Job(runs, 'misspelt').start({ workflow: 'quick' });
    await job.signal('runnow');
    await job.signal('begin');
    const { refusals } = await job.statusWhen((status) => status.refusals.length === 2);
    deepEqual(refusals.map(({ signal, why }) => [signal, why]).sort(), [
      ['begin', 'there is no signal "begin"; send one of runNow, pause, resume, change, stop'],
      ['runnow', 'there is no signal "runnow"; send runNow'],
    ]);
    await job.signal('stop');
    await job.waitUntilClosed();
  });
});
