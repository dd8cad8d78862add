/**
 * The client lists the shards of a run while it is open and after it has closed, stops one shard, and reruns the failed
 * ones.
 */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { JobClient, type Shard, type ShardFilter } from 'temporal-job-tracing/client';
import { until } from '../testing/until';
import { id, linksOf, Runs, rootIdOf, traceIdOf } from './support/runs';

const WORKFLOWS_PATH = require.resolve('./support/workflows/map-reduce');
const TIMEOUT_MS = 20_000;

describe('shards', { concurrency: 4 }, () => {
  let runs: Runs;
  let quietQueue: string;
  let unwillingQueue: string;
  let client: JobClient;

  before(async () => {
    const options = { workflowsPath: WORKFLOWS_PATH };
    runs = await Runs.start({ options });
    quietQueue = await runs.startWorker({ plugin: { sampling: { default: 0 } }, options });
    unwillingQueue = await runs.startWorker({
      plugin: { sampling: { default: 0 }, acceptForced: ['signal'] },
      options,
    });
    client = new JobClient({ client: runs.harness.client, traceUrl: 'http://traces.example/{traceId}' });
  });
  after(() => runs.stop());

  const start = (type: string, workflowId: string, args: unknown[], taskQueue = runs.taskQueue) =>
    runs.harness.client.workflow.start(type, { taskQueue, workflowId, args });

  async function list(run: { workflowId: string } | string, filter?: ShardFilter): Promise<Shard[]> {
    const shards: Shard[] = [];
    for await (const shard of client.shards.list(run, filter)) shards.push(shard);
    return shards.sort((a, b) => a.index - b.index);
  }

  /** Lists the shards until they fulfil the condition, since visibility lags. */
  async function listUntil(
    run: { workflowId: string },
    isThere: (shards: readonly Shard[]) => boolean,
    filter?: ShardFilter,
  ): Promise<Shard[]> {
    let shards: Shard[] = [];
    const areThere = async () => {
      shards = await list(run, filter);
      return isThere(shards) && shards;
    };
    return until(areThere, { within: TIMEOUT_MS, says: () => JSON.stringify(shards) });
  }

  const states = (shards: readonly Shard[]) =>
    shards.map(({ index, status, attempts, label }) => `${index} ${status} ${attempts} ${label}`);

  it('lists each shard with its trace, its label and the failing item, during the run and afterwards', async () => {
    const handle = await start('accounts', id('while'), [
      [1, 2, -2, 4, -5, 6, -3, 8, -4, 9],
      { retry: { maximumAttempts: 2, initialInterval: '50ms' } },
    ]);
    const expected = [
      '0 COMPLETED 1 account 1 to 2',
      '1 RUNNING 1 account -2 to 4',
      '2 FAILED 2 account -5 to 6',
      '3 COMPLETED 2 account -3 to 8',
      '4 COMPLETED 1 account -4 to 9',
    ];
    const going = await listUntil(handle, (shards) => states(shards).join() === expected.join());
    equal((await handle.describe()).status.name, 'RUNNING');
    const [, running, failed] = going;
    ok(running && failed);
    match(failed.traceId, /^[0-9a-f]{32}$/);
    equal(failed.url, `http://traces.example/${failed.traceId}`);
    ok((failed.durationMs ?? -1) >= 0);
    deepEqual(failed.error, { type: 'NoAccount', message: 'no such account' });
    equal(failed.count, 5);

    await runs.harness.client.workflow.getHandle(running.workflowId).signal('release');
    await handle.result();
    const ended = await listUntil(handle, (shards) => shards[1]?.status === 'COMPLETED');
    deepEqual(
      ended.map(({ traceId }) => traceId),
      going.map(({ traceId }) => traceId),
    );
    deepEqual(states(await list(handle.firstExecutionRunId)), states(ended));
  });

  it('lists the shards of an ordinary child that called mapReduce', async () => {
    const handle = await start('accountsInChild', id('in-child'), [[1, 2, -5, 4]]);
    await handle.result();
    const expected = ['0 COMPLETED 1 account 1 to 2', '1 FAILED 1 account -5 to 4'];
    for (const workflowId of [handle.workflowId, `${handle.workflowId}-child`])
      await listUntil({ workflowId }, (shards) => states(shards).join() === expected.join());
  });

  it('lists by result and by label', async () => {
    const handle = await start('accounts', id('filters'), [[1, 2, -5, 4, 5, 6]]);
    await handle.result();
    await listUntil(
      handle,
      (shards) => shards.length === 3 && shards.every((one) => one.status !== 'RUNNING'),
    );
    const of = async (filter: ShardFilter) => (await list(handle, filter)).map(({ index }) => index);
    deepEqual(await of({ result: 'failure' }), [1]);
    deepEqual(await of({ result: ['failure', 'success'] }), [0, 1, 2]);
    deepEqual(await of({ result: 'running' }), []);
    deepEqual(await of({ label: '5 to' }), [1, 2]);
    deepEqual(await of({ label: '5 to', result: 'success' }), [2]);
  });

  it('the plain visibility query finds the same shards', async () => {
    const handle = await start('accounts', id('query'), [[1, 2, -5, 4, 5, 6]]);
    await handle.result();
    const shards = await listUntil(handle, (all) => all.length === 3);
    const query = `JobRunId="${handle.firstExecutionRunId}" AND JobTrigger="shard"`;
    const all = JSON.parse(await runs.cli('workflow list --output json --query', query)) as {
      execution: { workflowId: string };
    }[];
    deepEqual(
      all.map(({ execution }) => execution.workflowId).sort(),
      shards.map(({ workflowId }) => workflowId).sort(),
    );
    const failed = JSON.parse(
      await runs.cli('workflow list --output json --query', `${query} AND ExecutionStatus="Failed"`),
    ) as unknown[];
    equal(failed.length, 1);
    match(
      await runs.cli('workflow count --query', `${query} GROUP BY ExecutionStatus`),
      /Total: 3[\s\S]*Group total: 1[\s\S]*Failed/,
    );
    const described = await runs.cli('workflow describe -w', shards[1]?.workflowId ?? '');
    match(described, /jobShard.*account -5 to 4/);
  });

  it('names the failing item, on the error, the record and the spans; the others of its shard are processed', async () => {
    const handle = await start('eachOf', id('items'), [[1, -2, 3, -4, 5, -6, 7], 'continue']);
    const { succeeded, failed } = await handle.result();
    deepEqual([succeeded, failed], [1, 2]);
    const [first, second] = await listUntil(handle, (shards) => shards.length === 2, { result: 'failure' });
    equal(first?.error?.item, 'account -2');
    deepEqual(second?.error, {
      type: 'FieldLength',
      message: 'value too long for -4',
      item: 'account -4',
      items: [
        { key: 'account -4', type: 'FieldLength', message: 'value too long for -4' },
        { key: 'account -6', type: 'FieldLength', message: 'value too long for -6' },
      ],
    });
    const trace = await runs.harness.completeTrace(first?.traceId ?? '');
    const root = trace.find(({ name }) => name.startsWith('RunWorkflow:'));
    equal(root?.attributes['job.item.key'], 'account -2');
    equal(root?.attributes['error.type'], 'FieldLength');
    const calls = trace.filter(({ name }) => name === 'StartActivity:migrateAccount');
    deepEqual(calls.map(({ attributes }) => attributes['job.item.key']).sort(), [
      'account -2',
      'account 1',
      'account 3',
    ]);
  });

  it('with stop, the items after the failed one are not processed', async () => {
    const handle = await start('eachOf', id('items-stop'), [[1, -2, 3], 'stop']);
    const { failures } = await handle.result();
    equal(failures[0]?.item, 'account -2');
    const trace = await runs.harness.completeTrace(failures[0]?.traceId ?? '');
    equal(trace.filter(({ name }) => name === 'StartActivity:migrateAccount').length, 2);
  });

  it('one shard is stopped, and the others continue', async () => {
    const handle = await start('accounts', id('stopped'), [[1, 2, -1, 4, 5, 6]]);
    const [, running] = await listUntil(
      handle,
      (shards) => shards.length === 3 && shards.filter(({ status }) => status === 'COMPLETED').length === 2,
    );
    ok(running);
    await client.shards.stop(running);
    const outcome = await handle.result();
    deepEqual([outcome.result, outcome.succeeded, outcome.failed, outcome.cancelled], ['1+2 5+6', 2, 0, 1]);
    const [stopped] = await listUntil(handle, (shards) => shards.length === 1, { result: 'cancellation' });
    equal(stopped?.error?.type, 'Cancelled');
  });

  it('failed shards are rerun, in their traces and sampled', async () => {
    const handle = await start('failsInitially', id('rerun'), [[1, 2, 3, 4]], quietQueue);
    equal((await handle.result()).failed, 1);
    const [failed] = await listUntil(handle, (shards) => shards.length === 1, { result: 'failure' });
    ok(failed);
    const [rerun, ...others] = await client.shards.rerunFailed(handle, { reason: 'the field is longer now' });
    deepEqual(others, []);
    ok(rerun);
    deepEqual([rerun.index, rerun.workflowId, rerun.traceId], [1, failed.workflowId, failed.traceId]);
    await runs.harness.client.workflow.getHandle(rerun.workflowId, rerun.runId).result();

    const all = await listUntil(handle, (shards) => shards.every(({ status }) => status === 'COMPLETED'));
    deepEqual(states(all), ['0 COMPLETED 1 account 1 to 2', '1 COMPLETED 2 account 3 to 4']);
    equal(all[1]?.sampled, true);
    deepEqual(await client.shards.rerunFailed(handle), []);

    const trace = await runs.harness.completeTrace(failed.traceId);
    const roots = trace.filter(({ name }) => name.startsWith('RunWorkflow:'));
    const second = roots.find(({ spanId }) => spanId === rootIdOf(rerun.runId));
    deepEqual(
      [second?.parentSpanId, second?.attributes['job.sampling.reason'], second?.attributes['job.reason']],
      [rootIdOf(failed.runId), 'manual', 'the field is longer now'],
    );
    equal(second?.attributes['job.run.id'], handle.firstExecutionRunId);
    equal(second?.attributes['job.shard.index'], 1);
    ok(trace.some(({ name }) => name === 'RunActivity:callDownstream'));
  });

  it('a shard that is rerun is not sampled if acceptForced excludes clients', async () => {
    const handle = await start('failsInitially', id('unwilling'), [[1, 2, 3, 4]], unwillingQueue);
    await handle.result();
    await listUntil(handle, (shards) => shards.length === 1, { result: 'failure' });
    const [rerun] = await client.shards.rerunFailed(handle);
    ok(rerun);
    await runs.harness.client.workflow.getHandle(rerun.workflowId, rerun.runId).result();
    const [kept, ...others] = await runs.harness.completeTrace(rerun.traceId);
    equal(kept?.attributes['job.sampling.reason'], 'kept-failed');
    // By now, sampled spans would also have arrived.
    await sleep(1_000);
    deepEqual(others, []);
    equal(runs.harness.receiver.trace(rerun.traceId).length, 1);
  });

  it('a shard that is reset by the CLI stays in its trace', async () => {
    const handle = await start('failsInitially', id('reset-shard'), [[1, 2, 3, 4]]);
    await handle.result();
    const [failed] = await listUntil(handle, (shards) => shards.length === 1, { result: 'failure' });
    ok(failed);
    await runs.cli('workflow reset --type FirstWorkflowTask --reason again -w', failed.workflowId);
    await runs.harness.client.workflow.getHandle(failed.workflowId).result();
    const [, shard] = await listUntil(handle, (shards) =>
      shards.every(({ status }) => status === 'COMPLETED'),
    );
    deepEqual([shard?.attempts, shard?.traceId], [2, failed.traceId]);
    const trace = await runs.harness.completeTrace(failed.traceId);
    const root = trace.find(({ spanId }) => spanId === rootIdOf(shard?.runId ?? ''));
    equal(root?.parentSpanId, rootIdOf(failed.runId));
  });

  it('a run that is reset reruns the later shards, and lists each once', async () => {
    const handle = await start('accounts', id('reset-run'), [[1, 2, -5, 4]]);
    await handle.result();
    const before = await listUntil(handle, (shards) => shards.length === 2);
    await runs.cli('workflow reset --type FirstWorkflowTask --reason again -w', handle.workflowId);
    const again = runs.harness.client.workflow.getHandle(handle.workflowId);
    const outcome = await again.result();
    deepEqual([outcome.succeeded, outcome.failed], [1, 1]);
    const { runId } = await again.describe();
    const old = new Set(before.map(({ traceId }) => traceId));
    const shards = await listUntil({ workflowId: handle.workflowId }, (all) =>
      all.every(({ traceId, status }) => !old.has(traceId) && status !== 'RUNNING'),
    );
    deepEqual(
      shards.map(({ workflowId }) => workflowId),
      before.map(({ workflowId }) => workflowId),
    );
    const trace = await runs.harness.receiver.waitFor(traceIdOf(handle.firstExecutionRunId), (spans) =>
      spans.some(({ spanId }) => spanId === rootIdOf(runId)),
    );
    const root = trace.find(({ spanId }) => spanId === rootIdOf(runId));
    deepEqual(root && linksOf(root), [`${shards[1]?.traceId}/${rootIdOf(shards[1]?.runId ?? '')}`]);
  });
});
