/**
 * `jobInfo()` in workflows and activities, and the traffic marks of a start in downstream requests: on a real server,
 * for each way to start a run.
 */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { defaultPayloadConverter } from '@temporalio/common';
import { id, Runs, traceIdOf } from './support/runs';
import type { ReportedJobInfo } from './support/workflows/kinds';

/** A `JobInfo` as JSON, with times as strings. */
type JsonJobInfo = ReportedJobInfo['workflow'] & {
  readonly scheduledTime?: string;
  readonly dataTime?: string;
};

const WORKFLOWS_PATH = require.resolve('./support/workflows/kinds');
const MARKS = { lane: 'gray', loadTest: true, reason: 'a look', dataTimeOffset: '-1 day' } as const;

describe('jobInfo', { concurrency: 4 }, () => {
  let runs: Runs;
  let offQueue: string;
  let plainQueue: string;

  before(async () => {
    runs = await Runs.start({ options: { workflowsPath: WORKFLOWS_PATH } });
    offQueue = await runs.startWorker({
      plugin: { enabled: false },
      options: { workflowsPath: WORKFLOWS_PATH },
    });
    plainQueue = await runs.startWorker({ plugin: null, options: { workflowsPath: WORKFLOWS_PATH } });
  });
  after(() => runs.stop());

  interface ResultOfRun {
    readonly workflow: JsonJobInfo;
    readonly activity?: JsonJobInfo;
    readonly baggage?: string;
  }

  async function resultOf(workflowId: string): Promise<ResultOfRun> {
    return runs.harness.client.workflow.getHandle(workflowId).result();
  }

  /** Returns the result of one tick, from its history: a client would follow the tick to the next one. */
  async function resultOfTick(workflowId: string, runId: string): Promise<ResultOfRun> {
    const { events } = await runs.harness.client.workflow.getHandle(workflowId, runId).fetchHistory();
    const [payload] = events?.at(-1)?.workflowExecutionCompletedEventAttributes?.result?.payloads ?? [];
    ok(payload);
    return defaultPayloadConverter.fromPayload(payload);
  }

  /** Waits until the tick of this index has closed; returns its run id. */
  async function tickRunId(workflowId: string, index = 0): Promise<string> {
    const runId = (await runs.closedRunIds(workflowId, index + 1)).at(-1);
    ok(runId);
    return runId;
  }

  it('of a plain start: its name, its id, its trace', async () => {
    const workflowId = id('plain');
    await runs.cli(
      `workflow start --type returnsJobInfo --task-queue ${runs.taskQueue} --workflow-id ${workflowId}`,
    );
    const { workflow, activity, baggage } = await resultOf(workflowId);
    deepEqual(workflow, {
      jobName: 'returnsJobInfo',
      runId: workflow.runId,
      trigger: 'api',
      attempt: 1,
      loadTest: false,
      traceId: traceIdOf(workflow.runId),
      sampled: true,
    });
    deepEqual(activity, workflow);
    equal(
      baggage,
      `job.name=returnsJobInfo,job.run.id=${workflow.runId},job.trigger=api,traffic.origin=scheduler`,
    );
  });

  it('of a typed start: why, in which lane, and for which data', async () => {
    const workflowId = id('typed');
    const handle = await runs.pluginClient.workflow.start('returnsJobInfoOfChild', {
      taskQueue: runs.taskQueue,
      workflowId,
      job: { name: 'named', runNow: true, ...MARKS },
    });
    const { workflow, activity, baggage } = await resultOf(workflowId);
    deepEqual(workflow, {
      jobName: 'named',
      runId: handle.firstExecutionRunId,
      trigger: 'manual',
      attempt: 1,
      reason: 'a look',
      lane: 'gray',
      loadTest: true,
      traceId: traceIdOf(handle.firstExecutionRunId),
      sampled: true,
    });
    deepEqual(activity, workflow, 'the activity of an ordinary child');
    match(baggage ?? '', /,traffic\.origin=scheduler,traffic\.lane=gray,traffic\.loadtest=true$/);
    const root = (await runs.harness.completeTrace(traceIdOf(handle.firstExecutionRunId))).find(
      ({ name }) => name === 'RunWorkflow:returnsJobInfoOfChild',
    );
    deepEqual(
      ['job.reason', 'traffic.lane', 'traffic.loadtest'].map((name) => root?.attributes[name]),
      ['a look', 'gray', true],
    );
  });

  it('of a later cron tick: its due time, and the values of the job', async () => {
    const every = id('every');
    await runs.pluginClient.workflow.start('returnsJobInfo', {
      taskQueue: runs.taskQueue,
      workflowId: every,
      cronSchedule: '@every 2s',
      job: MARKS,
    });
    const second = await tickRunId(every, 1);
    await runs.harness.client.workflow.getHandle(every).terminate();
    const { workflow, activity } = await resultOfTick(every, second);
    const { scheduledTime = '', dataTime = '', ...rest } = workflow;
    deepEqual(rest, {
      jobName: 'returnsJobInfo',
      runId: second,
      trigger: 'cron',
      attempt: 1,
      lane: 'gray',
      loadTest: true,
      traceId: traceIdOf(second),
      sampled: true,
    });
    equal(Date.parse(scheduledTime) - Date.parse(dataTime), 86_400_000);
    deepEqual(activity, workflow);
    const root = (await runs.harness.completeTrace(traceIdOf(second))).find(({ name }) =>
      name.startsWith('RunWorkflow:'),
    );
    equal(root?.attributes['faas.time'], scheduledTime);
    equal(root?.attributes['faas.trigger'], 'timer');
  });

  it('of a schedule\u2019s action: its nominal time', async () => {
    const scheduleId = id('schedule');
    await runs.cli(
      `schedule create --schedule-id ${scheduleId} --workflow-id ${scheduleId} --type returnsJobInfo --task-queue ${runs.taskQueue} --interval 1h --paused`,
    );
    await runs.cli(
      `schedule backfill --schedule-id ${scheduleId} --overlap-policy AllowAll --start-time 2026-01-01T00:30:00Z --end-time 2026-01-01T01:30:00Z`,
    );
    const [action] = await runs.closedRuns(`TemporalScheduledById = '${scheduleId}'`, 1);
    ok(action);
    const { workflow, activity } = await resultOf(action.workflowId);
    equal(workflow.scheduledTime, '2026-01-01T01:00:00.000Z');
    equal(workflow.trigger, 'schedule');
    deepEqual(activity, workflow);
    await runs.cli(`schedule delete --schedule-id ${scheduleId}`);
  });

  it('of a continuation: the values of the first run', async () => {
    const workflowId = id('continued');
    await runs.pluginClient.workflow.start('returnsJobInfoContinued', {
      taskQueue: runs.taskQueue,
      workflowId,
      job: { runNow: true, ...MARKS },
    });
    const { workflow } = await resultOf(workflowId);
    const { trigger, lane, loadTest, reason } = workflow;
    deepEqual(
      { trigger, lane, loadTest, reason },
      { trigger: 'manual', lane: 'gray', loadTest: true, reason: 'a look' },
    );
  });

  it('on a worker that is not enabled: the same, without a trace', async () => {
    const workflowId = id('off');
    await runs.pluginClient.workflow.start('returnsJobInfo', { taskQueue: offQueue, workflowId, job: MARKS });
    const { workflow, activity } = await resultOf(workflowId);
    const { runId, ...rest } = workflow;
    deepEqual(rest, {
      jobName: 'returnsJobInfo',
      trigger: 'api',
      attempt: 1,
      reason: 'a look',
      lane: 'gray',
      loadTest: true,
      sampled: false,
    });
    equal(activity, undefined);
  });

  it('without the plugin: the values that Temporal has', async () => {
    const workflowId = id('none');
    await runs.pluginClient.workflow.start('returnsJobInfo', {
      taskQueue: plainQueue,
      workflowId,
      job: MARKS,
    });
    const { workflow, activity } = await resultOf(workflowId);
    const { runId, ...rest } = workflow;
    deepEqual(rest, {
      jobName: 'returnsJobInfo',
      trigger: 'api',
      attempt: 1,
      loadTest: false,
      sampled: false,
    });
    equal(activity, undefined);
  });
});
