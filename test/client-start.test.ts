/**
 * `JobClient.start` on a Temporal client without any plugin: the run has its job's metadata, and the result shows
 * whether a run was started.
 */
import { deepEqual, equal, notEqual, rejects } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { JobClient, OptionError } from 'temporal-job-tracing/client';
import { until } from '../testing/until';
import { id, Runs, traceIdOf } from './support/runs';
import { SCHEDULED_PATH } from './support/scheduled-jobs';

describe('JobClient.start, without a plugin on the client', () => {
  let runs: Runs;
  let jobs: JobClient;

  before(async () => {
    runs = await Runs.start({
      plugin: { sampling: { default: 0 } },
      options: { workflowsPath: SCHEDULED_PATH },
    });
    jobs = new JobClient({ client: runs.harness.client });
  });
  after(() => runs.stop());

  it('names the job, forces the run and returns its trace', async () => {
    const { handle, runId, traceId, isNew } = await jobs.start('report', {
      taskQueue: runs.taskQueue,
      workflowId: id('forced'),
      args: ['a'],
      job: { name: 'nightly-report', runNow: true, reason: 'after the fix' },
    });
    deepEqual([handle.workflowId, traceId, isNew], [id('forced'), traceIdOf(runId), true]);
    const { args, context } = (await handle.result()) as { args: unknown[]; context: object };
    deepEqual(args, ['a']);
    const root = await runs.rootSpanOf(runId);
    deepEqual(
      [root.attributes['job.name'], root.attributes['job.trigger'], root.attributes['job.reason']],
      ['nightly-report', 'manual', 'after the fix'],
    );
    equal((context as { jobName: string }).jobName, 'nightly-report');
  });

  it('reports that nothing was started or forced if a run is already open (USE_EXISTING)', async () => {
    const start = (options: object) =>
      jobs.start('slow', {
        taskQueue: runs.taskQueue,
        workflowId: id('existing'),
        args: [600_000],
        ...options,
      });
    const first = await start({});
    const forced = { job: { runNow: true } };
    const second = await start({ ...forced, workflowIdConflictPolicy: 'USE_EXISTING' });
    deepEqual([first.isNew, second.isNew], [true, false]);
    deepEqual([second.runId, second.traceId], [first.runId, first.traceId]);
    await rejects(start(forced), WorkflowExecutionAlreadyStartedError);
    const third = await start({ ...forced, workflowIdConflictPolicy: 'TERMINATE_EXISTING' });
    equal(third.isNew, true);
    notEqual(third.runId, first.runId);
    await third.handle.terminate();
  });

  it('finds a run under a name that no query can match exactly', async () => {
    const name = `${id('night')}"ly \\ report`;
    const { client } = runs.harness;
    const workflowId = id('quoted');
    const start = { taskQueue: runs.taskQueue, workflowId, args: [], memo: { jobName: name } };
    await client.workflow.execute('quick', start);
    const found = async () => {
      for await (const run of jobs.runs(name)) return run;
      return undefined;
    };
    const run = await until(found, { says: 'the run is not listed under its name' });
    deepEqual([run.workflowId, run.job], [workflowId, `${id('night')}\ufffdly \ufffd report`]);
    const forced = { ...start, workflowId: id('refused'), memo: {}, job: { name } };
    await rejects(jobs.start('quick', forced), /no double quote, backslash or control character/);
  });

  it('refuses a wrong option before anything is sent', async () => {
    const workflowId = id('wrong');
    const start = { taskQueue: runs.taskQueue, workflowId, args: [], job: { runnow: true } as object };
    await rejects(jobs.start('quick', start), OptionError);
    await rejects(runs.harness.client.workflow.getHandle(workflowId).describe(), /not found/);
  });
});
