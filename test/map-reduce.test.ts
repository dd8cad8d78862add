/**
 * A MapReduce run: shards in branches have traces of their own, and their results are reduced in order; the run's own
 * trace stays small, and counts the shards by result.
 */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ApplicationFailure, type WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import { JobTracingPlugin } from 'temporal-job-tracing';
import type { MapReduceOutcome } from 'temporal-job-tracing/workflow';
import { tree } from '../testing/otlp-trace';
import { until } from '../testing/until';
import { workflowBundle } from './support/bundles';
import { id, linksOf, PRELOADED, Runs, rootIdOf, traceIdOf } from './support/runs';

const WORKFLOWS_PATH = require.resolve('./support/workflows/map-reduce');

describe('mapReduce', { concurrency: 4 }, () => {
  let runs: Runs;
  let quietQueue: string;

  before(async () => {
    const options = { workflowsPath: WORKFLOWS_PATH };
    runs = await Runs.start({ options });
    const preloaded = { ...options, bundlerOptions: PRELOADED };
    quietQueue = await runs.startWorker({ plugin: { sampling: { default: 0 } }, options: preloaded });
  });
  after(() => runs.stop());

  const start = (type: string, workflowId: string, args: unknown[], taskQueue = runs.taskQueue) =>
    runs.harness.client.workflow.start(type, { taskQueue, workflowId, args });

  async function outcomeOf<T>(handle: WorkflowHandle): Promise<MapReduceOutcome<T>> {
    return (await handle.result()) as MapReduceOutcome<T>;
  }

  /** Returns the workflow id of a shard or branch. */
  const childId = (handle: { workflowId: string; firstExecutionRunId: string }, name: string) =>
    `${handle.workflowId}:${traceIdOf(handle.firstExecutionRunId).slice(-12)}:${name}`;

  const rootAttributes = ['count', 'succeeded', 'failed', 'cancelled', 'skipped'].map(
    (how) => `job.shards.${how}`,
  );

  /** Returns the attributes of the trace's root that count its shards. */
  async function countsOf(traceId: string): Promise<unknown[]> {
    const trace = await runs.harness.completeTrace(traceId);
    const root = trace.find(({ parentSpanId }) => parentSpanId === undefined);
    return rootAttributes.map((name) => root?.attributes[name]);
  }

  const causeOf = (result: Promise<unknown>) => result.catch((failed: WorkflowFailedError) => failed.cause);

  async function allClosed(runId: string): Promise<void> {
    const query = `JobRunId = '${runId}' AND ExecutionStatus = 'Running'`;
    const isClosed = async () => (await runs.harness.client.workflow.count(query)).count === 0;
    await until(isClosed, { says: 'a shard, a branch or the run itself is open' });
  }

  /** Asserts that the shard has a trace of its own, and none of its spans arrives. */
  async function expectUnsampled(shardId: string): Promise<void> {
    const { TraceId, TraceSampled } = await runs.harness.searchAttributesOf(shardId);
    equal(TraceSampled, false);
    ok(TraceId);
    runs.expectNoSpansOf(String(TraceId));
  }

  it('runs a count in shards, and reduces their results in order', async () => {
    const handle = await start('sums', id('sums'), [95]);
    deepEqual(await outcomeOf(handle), {
      result: (95 * 94) / 2,
      shards: 10,
      succeeded: 10,
      failed: 0,
      cancelled: 0,
      skipped: 0,
      failures: [],
    });
    const traceId = traceIdOf(handle.firstExecutionRunId);
    deepEqual(await countsOf(traceId), [10, 10, 0, 0, 0]);
    deepEqual(tree(runs.harness.receiver.trace(traceId)), [
      'RunWorkflow:sums',
      '  RunStarted:sums',
      '  StartChildWorkflow:mapReduceBranch',
      '    RunWorkflow:mapReduceBranch',
    ]);
  });

  it('a shard has a trace of its own, bound at its start, linked to the branch', async () => {
    const handle = await start('accounts', id('linked'), [[1, 2, 3]]);
    deepEqual((await outcomeOf(handle)).result, '1+2 3');
    const shardId = childId(handle, 'shard-1');
    const [shard = ''] = await runs.closedRunIds(shardId);
    const { TraceId: traceId, ...attributes } = await runs.harness.searchAttributesOf(shardId);
    deepEqual(attributes, {
      JobName: 'accounts',
      JobTrigger: 'shard',
      JobRunId: handle.firstExecutionRunId,
      TraceSampled: true,
    });
    const [branch = ''] = await runs.closedRunIds(childId(handle, 'branch-0'));
    const root = await runs.completeRootOf(shard, String(traceId));
    deepEqual(linksOf(root), [`${traceIdOf(handle.firstExecutionRunId)}/${rootIdOf(branch)}`]);
    equal(root.attributes['job.shard.label'], 'account 3');
    deepEqual(await runs.pluginEvents(shardId), []);
    const { memo } = await runs.harness.client.workflow.getHandle(shardId).describe();
    deepEqual(memo?.jobShard, { index: 1, count: 2, label: 'account 3' });
  });

  it('with continue, the others continue after a shard has failed, and the run is linked to it', async () => {
    const handle = await start('accounts', id('continue'), [[1, 2, -5, 4, 5, 6]]);
    const { failures, ...outcome } = await outcomeOf(handle);
    deepEqual(outcome, { result: '1+2 5+6', shards: 3, succeeded: 2, failed: 1, cancelled: 0, skipped: 0 });
    const [failure] = failures;
    ok(failure?.runId && failure.traceId);
    deepEqual(
      [failure.index, failure.label, failure.type, failure.message, failure.workflowId],
      [1, 'account -5 to 4', 'NoAccount', 'no such account', childId(handle, 'shard-1')],
    );
    const traceId = traceIdOf(handle.firstExecutionRunId);
    deepEqual(await countsOf(traceId), [3, 2, 1, 0, 0]);
    const root = await runs.rootSpanOf(handle.firstExecutionRunId);
    deepEqual(linksOf(root), [`${failure.traceId}/${rootIdOf(failure.runId)}`]);
  });

  it('with stop, the first failed shard ends the run, and running shards are cancelled', async () => {
    const handle = await start('accounts', id('stop'), [
      [-1, 1, -1, 2, -5, 3, 4, 5],
      { onShardFailure: 'stop', concurrency: 3 },
    ]);
    const error = await causeOf(handle.result());
    ok(error instanceof ApplicationFailure);
    equal(error.type, 'ShardFailed');
    equal(error.message, 'shard 2 (account -5 to 3) failed');
    const [outcome] = error.details as [MapReduceOutcome<string>];
    const { shards, succeeded, failed, cancelled, skipped } = outcome;
    deepEqual([shards, succeeded, failed, cancelled, skipped], [4, 0, 1, 2, 1]);
    deepEqual(await countsOf(traceIdOf(handle.firstExecutionRunId)), [4, 0, 1, 2, 1]);
    const { status } = await runs.harness.client.workflow.getHandle(childId(handle, 'shard-0')).describe();
    equal(status.name, 'CANCELLED');
  });

  it('with stop, the shards of the other branches are also cancelled and counted', async () => {
    const items = [-5, 1, ...Array.from({ length: 200 }, () => -1)];
    const settings = { onShardFailure: 'stop', concurrency: 101 };
    const handle = await start('accounts', id('stop-all'), [items, settings]);
    const error = await causeOf(handle.result());
    ok(error instanceof ApplicationFailure);
    const [outcome] = error.details as [MapReduceOutcome<string>];
    const { shards, succeeded, failed, cancelled, skipped } = outcome;
    deepEqual([shards, succeeded, failed, cancelled + skipped], [101, 0, 1, 100]);
    ok(cancelled > 0);
    await allClosed(handle.firstExecutionRunId);
  });

  it('a cancelled run ends and counts all its shards', async () => {
    const handle = await start('accounts', id('cancelled'), [[1, 2, -1, 4, -1, 6, 7], { concurrency: 2 }]);
    await runs.closedRunIds(childId(handle, 'shard-0'));
    await handle.cancel();
    await handle.result().catch(() => {});
    equal((await handle.describe()).status.name, 'CANCELLED');
    deepEqual(await countsOf(traceIdOf(handle.firstExecutionRunId)), [4, 1, 0, 2, 1]);
    await allClosed(handle.firstExecutionRunId);
  });

  it('a terminated run also ends its branches and shards', async () => {
    const handle = await start('accounts', id('terminated'), [[-1, 2, -1, 4]]);
    const query = `JobRunId = '${handle.firstExecutionRunId}'`;
    const running = `${query} AND ExecutionStatus = 'Running'`;
    const { workflow } = runs.harness.client;
    const areRunning = async () => (await workflow.count(running)).count >= 3;
    await until(areRunning, { says: 'the run, its branch and its shards do not run' });
    await handle.terminate();
    equal((await runs.closedRuns(query, 3)).length, 3);
  });

  it('shards that ended before the point to which the run is reset keep their traces', async () => {
    const handle = await start('accounts', id('reset-late'), [[1, 2, 3, 4]]);
    await handle.result();
    const shardId = childId(handle, 'shard-1');
    const before = await runs.harness.searchAttributesOf(shardId);
    await runs.cli('workflow reset --type LastWorkflowTask --reason again -w', handle.workflowId);
    const again = runs.harness.client.workflow.getHandle(handle.workflowId);
    equal((await again.result()).result, '1+2 3+4');
    ok((await again.describe()).runId !== handle.firstExecutionRunId);
    deepEqual(await runs.harness.searchAttributesOf(shardId), before);
  });

  it('a reset run with pages counts each of its shards once', async () => {
    const handle = await start('pagedAccounts', id('reset-paged'), [7, 3]);
    await handle.result();
    await runs.cli('workflow reset --type FirstWorkflowTask --reason again -w', handle.workflowId);
    const again = runs.harness.client.workflow.getHandle(handle.workflowId);
    const { result, shards, succeeded, skipped } = await again.result();
    deepEqual([result, shards, succeeded, skipped], ['1+2 3+4 5+6 7', 4, 4, 0]);
  });

  it('an open run that is reset after its branches have started waits for them', async () => {
    const handle = await start('accounts', id('reset-going'), [[1, 2, -2, 4]]);
    const shardId = childId(handle, 'shard-1');
    const shard = await runs.openRunId(shardId);
    const tasks = async () =>
      ((await handle.fetchHistory()).events ?? []).filter(
        (event) => event.workflowTaskCompletedEventAttributes,
      );
    await until(async () => (await tasks()).length > 1, { says: 'no second workflow task' });
    await runs.cli('workflow reset --type LastWorkflowTask --reason again -w', handle.workflowId);
    await runs.harness.client.workflow.getHandle(shardId).signal('release');
    const again = runs.harness.client.workflow.getHandle(handle.workflowId);
    equal((await again.result()).result, '1+2 -2+4');
    deepEqual(await runs.closedRunIds(shardId), [shard]);
  });

  it('a run that was terminated starts its shards again when it is reset', async () => {
    const handle = await start('accounts', id('reset-terminated'), [[1, 2, -2, 4]]);
    const shardId = childId(handle, 'shard-1');
    const before = await runs.openRunId(shardId);
    await handle.terminate();
    await runs.closedRunIds(shardId);
    await runs.cli('workflow reset --type FirstWorkflowTask --reason again -w', handle.workflowId);
    ok((await runs.openRunId(shardId)) !== before);
    await runs.harness.client.workflow.getHandle(shardId).signal('release');
    const { result, shards, succeeded } = await runs.harness.client.workflow
      .getHandle(handle.workflowId)
      .result();
    deepEqual([result, shards, succeeded], ['1+2 -2+4', 2, 2]);
  });

  it('the run, its branch and a shard replay, sampled or not', async () => {
    const plugins = [new JobTracingPlugin()];
    const bundle = await workflowBundle({ workflowsPath: WORKFLOWS_PATH, plugins });
    for (const queue of [runs.taskQueue, quietQueue]) {
      const handle = await start('accounts', id(`replay-${queue}`), [[1, 2, -5, 4, 5, 6]], queue);
      await handle.result();
      for (const workflowId of [handle.workflowId, childId(handle, 'branch-0'), childId(handle, 'shard-1')]) {
        const history = await runs.harness.client.workflow.getHandle(workflowId).fetchHistory();
        await Worker.runReplayHistory({ workflowBundle: bundle, plugins }, history, workflowId);
      }
    }
  });

  it('reads pages in the branches, so the keys are not in the history of the run', async () => {
    const handle = await start('pagedAccounts', id('paged'), [101, 16, { concurrency: 150 }]);
    const outcome = await outcomeOf<string>(handle);
    deepEqual([outcome.shards, outcome.succeeded], [51, 51]);
    const numbers = outcome.result?.split(/[ +]/).map(Number);
    deepEqual(
      numbers,
      Array.from({ length: 101 }, (_, i) => i + 1),
    );
    const history = (await handle.fetchHistory()).events ?? [];
    const inputs = history.map((event) => event.startChildWorkflowExecutionInitiatedEventAttributes?.input);
    ok(JSON.stringify(inputs).length < 10_000);
    ok(history.length < 60, `${history.length} events`);
  });

  it('a retried shard and a continued shard keep their trace', async () => {
    const handle = await start('accounts', id('again'), [
      [-3, 1, -4, 2],
      { retry: { maximumAttempts: 2, initialInterval: '50ms' } },
    ]);
    equal((await outcomeOf(handle)).result, '-3+1 -4+2');
    for (const [name, attempts] of [
      ['shard-0', [1, 2]],
      ['shard-1', [1, 1]],
    ] as const) {
      const shardId = childId(handle, name);
      const all = await runs.closedRunIds(shardId, 2);
      const traceIds = await Promise.all(
        all.map(async (run) => (await runs.harness.searchAttributesOf(shardId, run)).TraceId),
      );
      equal(traceIds[0], traceIds[1]);
      const trace = await runs.harness.completeTrace(String(traceIds[0]));
      const roots = trace.filter(({ name: span }) => span === 'RunWorkflow:accountShard');
      deepEqual(
        all.map((run) => roots.find(({ spanId }) => spanId === rootIdOf(run))?.attributes['job.attempt']),
        attempts,
      );
      equal(roots.length, 2);
    }
  });

  it('a run that is not sampled exports only its failed shards', async () => {
    const handle = await start('accounts', id('quiet'), [[1, 2, -5, 4]], quietQueue);
    const { failures } = await outcomeOf(handle);
    const [root] = await runs.harness.completeTrace(failures[0]?.traceId ?? '');
    equal(root?.attributes['job.sampling.reason'], 'kept-failed');
    await expectUnsampled(childId(handle, 'shard-0'));
    runs.expectNoSpansOf(traceIdOf(handle.firstExecutionRunId));
  });

  it('with shardRatio 0 a sampled run exports only its failed shards', async () => {
    const handle = await start('accounts', id('ratio'), [[1, 2, -5, 4], { shardRatio: 0 }]);
    const { failures } = await outcomeOf(handle);
    const [root] = await runs.harness.completeTrace(failures[0]?.traceId ?? '');
    equal(root?.attributes['job.sampling.reason'], 'kept-failed');
    await expectUnsampled(childId(handle, 'shard-0'));
    deepEqual(await countsOf(traceIdOf(handle.firstExecutionRunId)), [2, 1, 1, 0, 0]);
  });
});
