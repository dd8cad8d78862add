/**
 * Workflow ids near the server's limit: all ids that a job or a MapReduce run derives from its own fit into every
 * store.
 */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { JobClient } from 'temporal-job-tracing/client';
import { taskFailures } from './support/histories';
import { id, Runs } from './support/runs';
import { SCHEDULED_PATH } from './support/scheduled-jobs';

const LONGEST = 255;
const longId = (name: string) => id(name).padEnd(LONGEST, '-ü');

describe('a workflow id of 255 characters', { concurrency: 2 }, () => {
  let runs: Runs;
  let batches: string;
  before(async () => {
    runs = await Runs.start({ options: { workflowsPath: SCHEDULED_PATH } });
    batches = await runs.startWorker({
      options: { workflowsPath: require.resolve('./support/workflows/map-reduce') },
    });
  });
  after(() => runs?.stop());

  it('of a scheduledJob: it ticks, runs now and ends', async () => {
    const job = longId('job');
    const jobs = new JobClient({ client: runs.harness.client });
    await jobs.create(job, { workflow: 'quick', cron: '@every 1s' }, { taskQueue: runs.taskQueue });
    const { workflowId, runId } = await jobs.getHandle(job).runNow();
    await runs.harness.client.workflow.getHandle(workflowId, runId).result();
    const [tick] = await runs.closedRuns(`JobName = '${job}' AND JobTrigger = 'cron'`, 1);
    ok(tick);
    for (const each of [workflowId, tick.workflowId]) {
      ok(each.length <= LONGEST, each);
      ok(each.startsWith(job.slice(0, 200)), 'it is seen whose it is');
    }
    await jobs.getHandle(job).delete();
    const failures = taskFailures(await runs.harness.client.workflow.getHandle(job).fetchHistory());
    // The server refuses a completion if a signal or update has arrived meanwhile, and the task is retried.
    deepEqual(
      failures.filter((failure) => failure !== 'UnhandledCommand'),
      [],
    );
  });

  it('of a MapReduce run: it ends, and its shards are listed', async () => {
    const workflowId = longId('batch');
    const start = { taskQueue: batches, workflowId, args: [30] };
    const handle = await runs.harness.client.workflow.start('sums', start);
    const { result } = await handle.result();
    equal(result, 435);
    deepEqual(taskFailures(await handle.fetchHistory()), []);
    await runs.closedRuns(`JobRunId = '${handle.firstExecutionRunId}' AND JobTrigger = 'shard'`, 3);
    const shards: string[] = [];
    for await (const shard of runs.harness.jobs.shards.list({ workflowId })) shards.push(shard.workflowId);
    equal(shards.length, 3);
    for (const shard of shards) ok(shard.length <= LONGEST, shard);
    await runs.rootSpanOf(handle.firstExecutionRunId);
  });
});
