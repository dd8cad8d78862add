/**
 * Jobs that nobody starts any more, on a real server: no event says so, so they are overdue when their last success is too
 * long ago, whoever deleted, paused or emptied what started them.
 */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { ScheduleHandle } from '@temporalio/client';
import { until } from '../../testing/until';
import { Stage } from '../support/alerts/stage';

const EVERY = '2s';
const SPEC = { intervals: [{ every: EVERY }] };
/** Longer than a busy machine needs between two successes of a job that runs every two seconds. */
const WITHIN_MS = 30_000;

describe('a job that nobody starts any more', () => {
  let stage: Stage;
  let end: () => Promise<void>;
  const schedules = new Map<string, ScheduleHandle>();

  before(async () => {
    stage = await Stage.start();
    const rule = { successWithin: '30 seconds' } as const;
    const jobs = { deleted: rule, paused: rule, unscheduled: rule, ended: rule, steady: rule };
    await stage.isWatching(await stage.watch(stage.config({ jobs })));
    const worker = await stage.worker();
    const running = worker.run();
    end = () => {
      worker.shutdown();
      return running;
    };
    for (const job of ['deleted', 'paused', 'unscheduled', 'steady']) await schedule(job);
    await cron();
    for (const job of Object.keys(jobs)) await succeeded(job);
  });
  after(async () => {
    for (const { scheduleId } of schedules.values())
      await stage.client.schedule
        .getHandle(scheduleId)
        .delete()
        .catch(() => {});
    await end();
    await stage.stop();
  });

  async function schedule(job: string): Promise<void> {
    const { taskQueue, client } = stage;
    const action = {
      type: 'startWorkflow',
      workflowType: 'takes',
      workflowId: job,
      args: [1],
      memo: { jobName: job },
      taskQueue,
    } as const;
    schedules.set(job, await client.schedule.create({ scheduleId: job, spec: SPEC, action }));
  }

  const cron = () =>
    stage.start('takes', [1], { job: 'ended', workflowId: 'ended', cronSchedule: `@every ${EVERY}` });

  const succeeded = (job: string) =>
    until(
      async () =>
        (await stage.client.workflow.count(`JobName = '${job}' AND ExecutionStatus = 'Completed'`)).count > 0,
      { says: `${job} has not succeeded` },
    );
  const handle = (job: string) => {
    const found = schedules.get(job);
    ok(found);
    return found;
  };
  const told = () => stage.receiver.told().sort();

  it('is told as overdue: its schedule is deleted, paused or without times, or its cron was ended', async () => {
    await handle('deleted').delete();
    await handle('paused').pause('release');
    await handle('unscheduled').update((description) => ({ ...description, spec: {} }));
    await stage.client.workflow.getHandle('ended').terminate('no longer needed');
    const stoppedMs = Date.now();
    await stage.receiver.has(4, 120_000);
    deepEqual(told(), [
      'job.overdue open deleted',
      'job.overdue open ended',
      'job.overdue open paused',
      'job.overdue open unscheduled',
    ]);
    for (const { atMs, payload } of stage.receiver.taken()) {
      const { withinMs, lastSuccess = '', text } = payload.data;
      equal(withinMs, WITHIN_MS);
      match(text, /overdue/);
      const lastMs = Date.parse(lastSuccess);
      ok(lastMs < stoppedMs + 5_000 && atMs >= lastMs + WITHIN_MS, `${lastSuccess}, told at ${atMs}`);
    }
  });

  it('is no longer overdue when it succeeds again, whatever starts it', async () => {
    await schedule('deleted');
    await handle('paused').unpause();
    await handle('unscheduled').update((description) => ({ ...description, spec: SPEC }));
    await cron();
    await stage.receiver.has(8, 120_000);
    deepEqual(
      told().filter((line) => line.includes('resolved')),
      ['deleted', 'ended', 'paused', 'unscheduled'].map((job) => `job.overdue resolved ${job}`),
    );
    equal(stage.receiver.received.length, 8);
  });
});
