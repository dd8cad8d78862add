/**
 * Runs of a Temporal Schedule are listed under their job's name, like those of a `scheduledJob`, and their triggers are
 * distinguished as far as the server permits.
 */
import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ScheduleNotFoundError } from '@temporalio/client';
import { causeOf } from '../client/schedule-action';
import { until } from '../testing/until';
import { id, Runs, traceIdOf } from './support/runs';

describe('the cause of a schedule\u2019s run', () => {
  const table: [
    what: string,
    lateMs: number,
    spec: { isDue: boolean; jitterMs: number } | undefined,
    cause: string,
  ][] = [
    ['in time and due', 200, { isDue: true, jitterMs: 0 }, 'schedule for sure'],
    ['in time and due, with jitter', 200, { isDue: true, jitterMs: 5_000 }, 'schedule, a guess'],
    ['in time and not due', 200, { isDue: false, jitterMs: 0 }, 'trigger, a guess'],
    ['late and due', 60_001, { isDue: true, jitterMs: 0 }, 'backfill, a guess'],
    ['late and not due', 60_001, { isDue: false, jitterMs: 0 }, 'backfill, a guess'],
    ['in time, of a schedule that is gone', 200, undefined, 'schedule, a guess'],
  ];
  for (const [what, lateMs, spec, expected] of table)
    it(`${what}: ${expected}`, () => {
      const { cause, isGuess } = causeOf(lateMs, spec);
      equal(`${cause}${isGuess ? ', a guess' : ' for sure'}`, expected);
    });
});

describe('runs of a Temporal Schedule', () => {
  let runs: Runs;

  before(async () => {
    runs = await Runs.start();
  });
  after(() => runs.stop());

  it('are listed under the job name from its action, with the cause', async () => {
    const schedule = id('nightly');
    const job = id('nightly-report');
    await runs.cli(
      `schedule create --schedule-id ${schedule} --interval 2s --overlap-policy AllowAll --workflow-id ${job} ` +
        `--type oneActivity --task-queue ${runs.taskQueue} --memo jobName="${job}"`,
    );
    const seen = (cause: string) => {
      const run = async () => {
        for await (const found of runs.harness.jobs.runs(job))
          if (found.schedule?.cause === cause) return found;
        return undefined;
      };
      return until(run, { says: `no run by ${cause}` });
    };
    const due = await seen('schedule');
    deepEqual([due.trigger, due.schedule?.id, due.schedule?.isGuess], ['schedule', schedule, false]);
    equal((due.schedule?.scheduledTime.getTime() ?? 1) % 2_000, 0);

    await runs.cli(`schedule toggle --schedule-id ${schedule} --pause --reason test`);
    const time = (ago: number) => new Date(Date.now() - ago).toISOString().replace(/\.\d+Z/, 'Z');
    await runs.cli(
      `schedule backfill --schedule-id ${schedule} --overlap-policy AllowAll --start-time ${time(600_000)} --end-time ${time(597_000)}`,
    );
    ok((await seen('backfill')).schedule?.isGuess);

    const hourly = id('hourly');
    await runs.cli(
      `schedule create --schedule-id ${hourly} --interval 1h/30m --paused --workflow-id ${job}-hourly ` +
        `--type oneActivity --task-queue ${runs.taskQueue} --memo jobName="${job}"`,
    );
    await runs.cli(`schedule trigger --schedule-id ${hourly}`);
    const triggered = await seen('trigger');
    deepEqual([triggered.schedule?.id, triggered.schedule?.isGuess], [hourly, true]);

    const { jobs } = runs.harness;
    const now = await jobs.runSchedule(hourly, { reason: 'the file was late' });
    deepEqual([now.isNew, now.traceId], [true, traceIdOf(now.runId)]);
    ok(now.workflowId.startsWith(`${job}-hourly-manual-`), now.workflowId);
    await now.handle.result();
    const root = await runs.rootSpanOf(now.runId);
    deepEqual(
      [root.attributes['job.name'], root.attributes['job.trigger'], root.attributes['job.reason']],
      [job, 'manual', 'the file was late'],
    );
    await rejects(jobs.runSchedule(id('no-schedule')), ScheduleNotFoundError);
    for (const one of [schedule, hourly]) await runs.cli(`schedule delete --schedule-id ${one}`);
  });
});
