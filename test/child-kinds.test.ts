/**
 * Children of the package's own workflows: runs of the user's workflow, which are jobs of their own, and shards, which
 * have traces of their own. The controllers themselves are not traced.
 */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { ChildKind } from '../core/child-kind';
import { id, linksOf, linkTo, Runs, rootIdOf, traceIdOf } from './support/runs';
import type { ReportedJobInfo, ShardOptions } from './support/workflows/kinds';

const WORKFLOWS_PATH = require.resolve('./support/workflows/kinds');

describe('what the package starts', { concurrency: 4 }, () => {
  let runs: Runs;
  let quietQueue: string;
  let notForcedQueue: string;

  before(async () => {
    const options = { workflowsPath: WORKFLOWS_PATH };
    runs = await Runs.start({ options });
    quietQueue = await runs.startWorker({ plugin: { sampling: { default: 0 } }, options });
    notForcedQueue = await runs.startWorker({
      plugin: { sampling: { default: 0 }, acceptForced: ['client'] },
      options,
    });
  });
  after(() => runs.stop());

  /** Runs a controller that starts `type`; returns the run ids of both after they have closed. */
  async function runInfrastructure(
    workflowId: string,
    type: string,
    kind: ChildKind,
    taskQueue = runs.taskQueue,
  ) {
    const handle = await runs.harness.client.workflow.start('infrastructure', {
      taskQueue,
      workflowId,
      args: [type, kind],
    });
    const result: ReportedJobInfo = await handle.result();
    const [run] = await runs.closedRunIds(`${workflowId}-run`);
    ok(run);
    return { infrastructure: handle.firstExecutionRunId, run, result };
  }

  it('infrastructure is neither bound nor traced, and tries no patch id', async () => {
    const workflowId = id('infrastructure');
    const { infrastructure } = await runInfrastructure(workflowId, 'returnsJobInfo', {
      kind: 'top',
      trigger: 'cron',
    });
    deepEqual(await runs.harness.searchAttributesOf(workflowId), {});
    deepEqual(await runs.pluginEvents(workflowId), ['marker'], 'that of its local activity');
    runs.expectNoSpansOf(traceIdOf(infrastructure));
  });

  it('its run is a run of its own, with its trigger and job header', async () => {
    const workflowId = id('cron-run');
    const scheduledMs = Date.UTC(2026, 0, 1, 2);
    const facts = { scheduledMs, dataOffsetMs: -3_600_000, lane: 'gray' };
    const { run, result } = await runInfrastructure(workflowId, 'returnsJobInfo', {
      kind: 'top',
      trigger: 'cron',
      facts,
    });
    deepEqual(linksOf(await runs.expectRun(`${workflowId}-run`, run, 'cron')), []);
    deepEqual(result.workflow, {
      jobName: 'returnsJobInfo',
      runId: run,
      trigger: 'cron',
      attempt: 1,
      scheduledTime: '2026-01-01T02:00:00.000Z',
      dataTime: '2026-01-01T01:00:00.000Z',
      lane: 'gray',
      loadTest: false,
      traceId: traceIdOf(run),
      sampled: true,
    });
    const { root } = (await runs.harness.jobs.traces.find(traceIdOf(run))) ?? {};
    equal(root?.runId, run);
  });

  it('its manual run is sampled at ratio 0, with author and reason', async () => {
    const facts = { reason: 'a look', startedBy: 'operator@host' };
    const kind = { kind: 'top', trigger: 'manual', forced: true, facts } as const;
    const { run, result } = await runInfrastructure(id('manual'), 'returnsJobInfo', kind, quietQueue);
    const root = await runs.expectRun(`${id('manual')}-run`, run, 'manual');
    deepEqual(
      ['job.reason', 'job.started_by', 'job.sampling.reason'].map((name) => root.attributes[name]),
      ['a look', 'operator@host', 'manual'],
    );
    equal(result.workflow.startedBy, 'operator@host');
  });

  it('its manual run is not sampled if acceptForced excludes scheduledJob', async () => {
    const kind = { kind: 'top', trigger: 'manual', forced: true } as const;
    const { run } = await runInfrastructure(id('not-forced'), 'returnsJobInfo', kind, notForcedQueue);
    await runs.expectUnsampled(`${id('not-forced')}-run`, run, 'manual', 'returnsJobInfo');
  });

  it('the continuation of its run is also a run of its own', async () => {
    const workflowId = id('continued');
    const handle = await runs.harness.client.workflow.start('infrastructure', {
      taskQueue: runs.taskQueue,
      workflowId,
      args: ['returnsJobInfoContinued', { kind: 'top', trigger: 'cron' }],
    });
    await handle.result();
    const [first = '', second = ''] = await runs.closedRunIds(`${workflowId}-run`, 2);
    const root = await runs.expectRun(`${workflowId}-run`, second, 'cron');
    deepEqual(linksOf(root), [linkTo(first)]);
    equal((await runs.harness.jobs.traces.of(second)).traceId, traceIdOf(second));
  });

  /** Runs a workflow that starts one shard; returns the ids of both after they have closed. */
  async function runShard(workflowId: string, options: ShardOptions, taskQueue = runs.taskQueue) {
    const handle = await runs.harness.client.workflow.start('withShard', {
      taskQueue,
      workflowId,
      args: [options],
    });
    const { traceId, info } = (await handle.result()) as { traceId: string; info?: ReportedJobInfo };
    return { parent: handle.firstExecutionRunId, shardId: `${workflowId}-shard`, traceId, info };
  }

  it('a shard has the trace that its parent chose, is bound at its start, and costs no event', async () => {
    const { parent, shardId, traceId, info } = await runShard(id('shard'), {});
    const [shard = ''] = await runs.closedRunIds(shardId);
    const root = await runs.completeRootOf(shard, traceId);
    deepEqual(await runs.harness.searchAttributesOf(shardId), {
      TraceId: traceId,
      JobName: 'withShard',
      JobTrigger: 'shard',
      JobRunId: parent,
      TraceSampled: true,
    });
    deepEqual(await runs.pluginEvents(shardId), []);
    equal(root.parentSpanId, undefined);
    deepEqual(linksOf(root), [linkTo(parent)]);
    deepEqual(
      ['job.name', 'job.run.id', 'job.shard.index', 'job.shard.count', 'job.shard.label'].map(
        (name) => root.attributes[name],
      ),
      ['withShard', parent, 3, 7, 'accounts 3000 to 3999'],
    );
    deepEqual(info?.workflow.shard, { index: 3, count: 7, label: 'accounts 3000 to 3999' });
    deepEqual(info?.activity, info?.workflow);
    const trace = await runs.harness.completeTrace(traceIdOf(parent));
    deepEqual(trace.map(({ name }) => name).sort(), ['RunStarted:withShard', 'RunWorkflow:withShard']);
    const found = await runs.harness.jobs.traces.find(traceId);
    equal(found?.root.workflowId, shardId);
  });

  it('a retried shard keeps its trace, with each attempt below the first', async () => {
    const { shardId, traceId } = await runShard(id('retried'), { failures: 1, attempts: 2 });
    const [first = '', second = ''] = await runs.closedRunIds(shardId, 2);
    const trace = await runs.harness.completeTrace(traceId);
    const roots = trace.filter(({ name }) => name === 'RunWorkflow:shardWork');
    deepEqual(
      roots
        .map(({ spanId, parentSpanId, attributes }) => [spanId, parentSpanId, attributes['job.attempt']])
        .sort((a, b) => Number(a[2]) - Number(b[2])),
      [
        [rootIdOf(first), undefined, 1],
        [rootIdOf(second), rootIdOf(first), 2],
      ],
    );
  });

  it('a continued shard keeps its trace', async () => {
    const { shardId, traceId } = await runShard(id('shard-continued'), { continuations: 2 });
    const all = await runs.closedRunIds(shardId, 3);
    const trace = await runs.harness.completeTrace(traceId);
    const roots = trace.filter(({ name }) => name === 'RunWorkflow:shardWork').map(({ spanId }) => spanId);
    deepEqual(roots.sort(), all.map(rootIdOf).sort());
    for (const runId of all) equal((await runs.harness.searchAttributesOf(shardId, runId)).TraceId, traceId);
  });

  it('a shard that is not sampled exports nothing', async () => {
    const { shardId, traceId } = await runShard(id('unsampled'), { sampled: false });
    await runs.closedRunIds(shardId);
    equal((await runs.harness.searchAttributesOf(shardId)).TraceSampled, false);
    runs.expectNoSpansOf(traceId);
  });

  it('a shard that is not sampled and fails exports its root', async () => {
    const { parent, shardId, traceId } = await runShard(id('kept'), { sampled: false, failures: 1 });
    await runs.closedRunIds(shardId);
    const [root, ...others] = await runs.harness.receiver.waitFor(traceId, (trace) => trace.length > 0);
    deepEqual(others, []);
    equal(root?.attributes['job.sampling.reason'], 'kept-failed');
    equal(root?.attributes['error.type'], 'ShardFailure');
    deepEqual(root && linksOf(root), [linkTo(parent)]);
    deepEqual(await runs.pluginEvents(shardId), ['marker', 'upsert', 'upsert']);
    equal((await runs.harness.searchAttributesOf(shardId)).TraceSampled, true);
  });
});
