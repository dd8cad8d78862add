/**
 * A large MapReduce run stays within Temporal's limits, and its own trace stays small. `SHARDS` sets the number of
 * shards.
 */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { WorkflowHandle } from '@temporalio/client';
import type { MapReduceOutcome } from 'temporal-job-tracing/workflow';
import { id, Runs, traceIdOf } from '../support/runs';

const SHARDS = Number(process.env.SHARDS ?? 1_000);
/** Number of branches; see workflows/map-reduce/plan.ts. */
const BRANCHES = Math.ceil(SHARDS / 400);

describe(`a run of ${SHARDS} shards`, () => {
  let runs: Runs;
  let handle: WorkflowHandle;
  let outcome: MapReduceOutcome<number>;

  before(async () => {
    runs = await Runs.start({
      options: { workflowsPath: require.resolve('../support/workflows/map-reduce') },
    });
    const startedAt = Date.now();
    handle = await runs.harness.client.workflow.start('sums', {
      taskQueue: runs.taskQueue,
      workflowId: id('scale'),
      args: [SHARDS * 10, { concurrency: 100, shardRatio: 0.05 }],
    });
    outcome = (await handle.result()) as MapReduceOutcome<number>;
    const seconds = (Date.now() - startedAt) / 1_000;
    console.log(`${SHARDS} shards in ${seconds.toFixed(1)} s: ${(SHARDS / seconds).toFixed(1)} a second`);
  });
  after(() => runs.stop());

  /** Returns the number of events and bytes of a history. */
  async function historyOf(workflowId: string) {
    const { raw } = await runs.harness.client.workflow.getHandle(workflowId).describe();
    const { historyLength, historySizeBytes } = raw.workflowExecutionInfo ?? {};
    return { events: Number(historyLength), bytes: Number(historySizeBytes) };
  }

  it('every shard has ended, and the result is that of all', () => {
    const numbers = SHARDS * 10;
    equal(outcome.result, (numbers * (numbers - 1)) / 2);
    deepEqual([outcome.shards, outcome.succeeded], [SHARDS, SHARDS]);
  });

  it('the histories of the run and of each branch stay below what Temporal suggests', async () => {
    const run = await historyOf(handle.workflowId);
    ok(run.events <= 20 + 12 * BRANCHES, `the run has ${run.events} events`);
    const query = `JobRunId = '${(await handle.describe()).runId}' AND WorkflowType = 'mapReduceBranch'`;
    const branches = await runs.closedRuns(query, BRANCHES);
    equal(branches.length, BRANCHES);
    const sizes = await Promise.all(branches.map(({ workflowId }) => historyOf(workflowId)));
    const [events, bytes] = [
      Math.max(...sizes.map((one) => one.events)),
      Math.max(...sizes.map((one) => one.bytes)),
    ];
    console.log(
      `the run: ${run.events} events, ${run.bytes} bytes; a branch: ${events} events, ${bytes} bytes`,
    );
    ok(events < 4_096, `a branch has ${events} events`);
    ok(bytes < 4_000_000, `a branch has ${bytes} bytes`);
  });

  it("the run's own trace has two spans a branch, and the number of shards by result", async () => {
    const trace = await runs.harness.completeTrace(traceIdOf((await handle.describe()).runId), 30_000);
    console.log(`the run's own trace: ${trace.length} spans`);
    equal(trace.length, 2 + 2 * BRANCHES);
    const root = trace.find(({ name }) => name === 'RunWorkflow:sums');
    deepEqual(
      [root?.attributes['job.shards.count'], root?.attributes['job.shards.succeeded']],
      [SHARDS, SHARDS],
    );
  });

  it('shardRatio samples its share of the shards', async () => {
    const sampled = runs.harness.receiver.traceIds().length - 1;
    // Five standard deviations around the mean.
    const [mean, deviation] = [SHARDS * 0.05, Math.sqrt(SHARDS * 0.05 * 0.95)];
    ok(Math.abs(sampled - mean) < 5 * deviation, `${sampled} of ${SHARDS}`);
  });

  it('the client lists each of them once', async () => {
    const startedAt = Date.now();
    const indexes = new Set<number>();
    let count = 0;
    for await (const { index } of runs.harness.jobs.shards.list(handle)) {
      indexes.add(index);
      count++;
    }
    console.log(`listed in ${Date.now() - startedAt} ms`);
    deepEqual([count, indexes.size], [SHARDS, SHARDS]);
  });
});
