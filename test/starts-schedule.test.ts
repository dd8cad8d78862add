/**
 * Runs of a Schedule, by its own clock, by `trigger` or by `backfill`, have traces of their own: no action inherits
 * from another.
 */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { foreignHeaders } from './support/foreign-headers';
import { id, linksOf, linkTo, Runs, traceIdOf } from './support/runs';

describe('runs started by a schedule', { concurrency: 4 }, () => {
  let runs: Runs;

  before(async () => {
    runs = await Runs.start();
  });
  after(() => runs.stop());

  const create = (scheduleId: string, ...spec: string[]) =>
    runs.cli(
      `schedule create --schedule-id ${scheduleId} --workflow-id ${scheduleId} --type oneActivity --task-queue ${runs.taskQueue}`,
      ...spec,
    );

  /** Asserts that these are runs of the Schedule with traces of their own and without links. */
  async function expectActions(scheduleId: string, count: number): Promise<void> {
    const actions = await runs.closedRuns(`TemporalScheduledById = '${scheduleId}'`, count);
    equal(new Set(actions.map(({ runId }) => runId)).size, count);
    for (const { workflowId, runId } of actions) {
      deepEqual(linksOf(await runs.expectRun(workflowId, runId, 'schedule')), []);
    }
  }

  it('temporal schedule create: each action', async () => {
    await create(id('each'), '--interval', '1s');
    await expectActions(id('each'), 3);
    await runs.cli(`schedule delete --schedule-id ${id('each')}`);
  });

  it('temporal schedule trigger', async () => {
    await create(id('triggered'), '--interval', '1h', '--paused');
    await runs.cli(`schedule trigger --schedule-id ${id('triggered')}`);
    await expectActions(id('triggered'), 1);
  });

  it('temporal schedule backfill: each action', async () => {
    await create(id('backfilled'), '--interval', '1h', '--paused');
    await runs.cli(
      `schedule backfill --schedule-id ${id('backfilled')} --overlap-policy AllowAll`,
      ...['--start-time', '2026-01-01T00:30:00Z', '--end-time', '2026-01-01T03:30:00Z'],
    );
    await expectActions(id('backfilled'), 3);
  });

  it('a header of another moment: actions of a Schedule have nothing of the request that created it', async () => {
    const { client } = runs.harness;
    await client.workflowService.createSchedule({
      namespace: client.options.namespace,
      scheduleId: id('created-in-request'),
      requestId: randomUUID(),
      schedule: {
        action: {
          startWorkflow: {
            workflowId: id('created-in-request'),
            workflowType: { name: 'oneActivity' },
            taskQueue: { name: runs.taskQueue },
            header: {
              fields: foreignHeaders({
                traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
                baggage: 'user.id=42',
                'job-tracing': JSON.stringify({ kind: 'start', forced: true, joinCaller: true }),
              }),
            },
          },
        },
      },
    });
    await client.schedule.getHandle(id('created-in-request')).trigger();
    await expectActions(id('created-in-request'), 1);
    const [action] = await runs.closedRuns(`TemporalScheduledById = '${id('created-in-request')}'`, 1);
    const handle = client.workflow.getHandle(action?.workflowId ?? '', action?.runId);
    const { baggage } = JSON.parse(await handle.result());
    ok(baggage.includes('job.name=oneActivity') && !baggage.includes('user.id'), baggage);
    equal((await runs.harness.jobs.traces.of(action?.runId ?? '')).traceId, traceIdOf(action?.runId ?? ''));
  });

  it('a retry of an action still has the trigger schedule, and is linked to the attempt before', async () => {
    const handle = await runs.harness.client.schedule.create({
      scheduleId: id('retried'),
      spec: {},
      action: {
        type: 'startWorkflow',
        workflowType: 'failsOnce',
        taskQueue: runs.taskQueue,
        retry: { maximumAttempts: 2, initialInterval: '100ms' },
      },
    });
    await handle.trigger();
    const [first, second] = await runs.closedRuns(`TemporalScheduledById = '${id('retried')}'`, 2);
    if (first === undefined || second === undefined) throw new Error('not two attempts');
    deepEqual(linksOf(await runs.expectRun(first.workflowId, first.runId, 'schedule')), []);
    deepEqual(linksOf(await runs.expectRun(second.workflowId, second.runId, 'schedule')), [
      linkTo(first.runId),
    ]);
  });
});
