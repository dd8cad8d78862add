/**
 * A run has its own identity, whatever search attributes and memo it was started with: the Web UI's "start workflow
 * like this one" copies them, and every client can set them.
 */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { defineSearchAttributeKey, TypedSearchAttributes } from '@temporalio/common';
import { JobClient, type Shard } from 'temporal-job-tracing/client';
import { id, Runs, traceIdOf } from './support/runs';

const WORKERS = {
  bound: {},
  "of a worker with bind: 'sampled'": { bind: 'sampled', sampling: { default: 0 } },
  'of a worker with enabled: false': { enabled: false },
  'of a worker without the plugin': null,
} as const;

describe('a run with the attributes of another', { concurrency: 4 }, () => {
  const options = { workflowsPath: require.resolve('./support/workflows/map-reduce') };
  let runs: Runs;
  let client: JobClient;
  let mapReduce: { workflowId: string; runId: string };
  let shard: Shard;

  before(async () => {
    runs = await Runs.start({ options });
    client = new JobClient({ client: runs.harness.client });
    const workflowId = id('original');
    const start = { taskQueue: runs.taskQueue, workflowId, args: [20] };
    const handle = await runs.harness.client.workflow.start('sums', start);
    await handle.result();
    mapReduce = { workflowId, runId: handle.firstExecutionRunId };
    const [first] = await shardsOf();
    ok(first);
    shard = first;
  });
  after(() => runs.stop());

  async function shardsOf(): Promise<Shard[]> {
    const shards: Shard[] = [];
    for await (const each of client.shards.list(mapReduce)) shards.push(each);
    return shards;
  }

  for (const [what, plugin] of Object.entries(WORKERS)) {
    it(`${what}: started like a shard, it is found by its own trace and not by the shard's`, async () => {
      const taskQueue = await runs.startWorker({ plugin, options });
      const { typedSearchAttributes, memo } = await runs.harness.client.workflow
        .getHandle(shard.workflowId)
        .describe();
      const own = typedSearchAttributes
        .getAll()
        .filter(({ key }) => /^(TraceId|Job|TraceSampled)/.test(key.name));
      ok(own.length >= 5);
      const handle = await runs.harness.client.workflow.start('accountShard', {
        taskQueue,
        workflowId: id(`copy of a shard ${what}`),
        typedSearchAttributes: new TypedSearchAttributes(own),
        memo: memo ?? {},
        args: [{ index: 0, label: '', items: [-1] }],
      });
      const runId = handle.firstExecutionRunId;
      await runs.openRunId(handle.workflowId);
      await handle.terminate();
      await runs.closedRuns(`RunId = '${runId}'`, 1);
      equal((await client.traces.of({ workflowId: handle.workflowId, runId })).traceId, traceIdOf(runId));
      equal((await client.traces.find(traceIdOf(runId)))?.root.runId, runId);
      const found = await client.traces.find(shard.traceId);
      deepEqual([found?.root.runId, found?.others.map((other) => other.runId)], [shard.runId, []]);
      deepEqual(
        (await shardsOf()).map(({ workflowId }) => workflowId).filter((each) => each === handle.workflowId),
        [],
      );
    });
  }

  it('with the attributes of a Schedule has the trigger api, unless its id is one of that Schedule', async () => {
    const time = new Date('2026-01-01T02:00:00Z');
    const typedSearchAttributes = new TypedSearchAttributes([
      { key: defineSearchAttributeKey('TemporalScheduledById', 'KEYWORD'), value: 'nightly' },
      { key: defineSearchAttributeKey('TemporalScheduledStartTime', 'DATETIME'), value: time },
    ]);
    const start = { taskQueue: runs.taskQueue, typedSearchAttributes, args: [10] };
    for (const [workflowId, ...expected] of [
      [id('forged'), 'api', undefined, undefined],
      [`${id('forged')}-2026-01-01T03:00:00Z`, 'api', undefined, undefined],
      [`${id('forged')}-2026-01-01T02:00:00Z`, 'schedule', 'timer', time.toISOString()],
    ] as const) {
      await runs.harness.client.workflow.execute('sums', { ...start, workflowId });
      const [runId = ''] = await runs.closedRunIds(workflowId);
      const { run } = await client.traces.of(runId);
      const { attributes } = await runs.rootSpanOf(runId);
      deepEqual([run?.trigger, attributes['faas.trigger'], attributes['faas.time']], expected, workflowId);
    }
  });
});
