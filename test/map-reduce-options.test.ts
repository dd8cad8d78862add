/**
 * Invalid options of `mapReduce` fail at once, with the correction; a run also works without the plugin, and unbound.
 */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ApplicationFailure, Client, type WorkflowFailedError } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { JobClient, type Shard } from 'temporal-job-tracing/client';
import { until } from '../testing/until';
import { id, linksOf, Runs, rootIdOf, traceIdOf } from './support/runs';

const options = { workflowsPath: require.resolve('./support/workflows/map-reduce') };

describe('mapReduce', { concurrency: 4 }, () => {
  let runs: Runs;
  let plainQueue: string;
  let branchlessQueue: string;

  before(async () => {
    runs = await Runs.start({ options });
    plainQueue = await runs.startWorker({ plugin: null, options });
    branchlessQueue = await runs.startWorker({
      options: { workflowsPath: require.resolve('./support/workflows/no-branch') },
    });
  });
  after(() => runs.stop());

  const start = (type: string, workflowId: string, args: unknown[] = [], taskQueue = runs.taskQueue) =>
    runs.harness.client.workflow.start(type, { taskQueue, workflowId, args });

  /** Runs a workflow that must fail; returns its error. */
  async function failureOf(type: string, args: unknown[] = [], taskQueue = runs.taskQueue) {
    const handle = await start(type, id(`${type}-${Math.random()}`), args, taskQueue);
    const error = await handle.result().then(
      () => undefined,
      (failed: WorkflowFailedError) => failed.cause,
    );
    ok(error instanceof ApplicationFailure, String(error));
    return error;
  }

  for (const [what, options, message] of [
    ['no work', { shardSize: 1 }, "option 'items, pages, count': expected one of the three, got none"],
    ['two kinds of work', { shardSize: 1, count: 1, items: [] }, 'got items and count'],
    ['no items', { shardSize: 1, items: 'all' }, "option 'items': expected an array, got all (string)"],
    ['a negative count', { shardSize: 1, count: -1 }, "option 'count': expected an integer from 0, got -1"],
    ['no shard size', { count: 1 }, "option 'shardSize': expected an integer from 1, got undefined"],
    ['a fraction', { shardSize: 1, count: 1, concurrency: 0.5 }, "option 'concurrency': expected an integer"],
    [
      'a bare number as a duration',
      { shardSize: 1, count: 1, workflowRunTimeout: 30 },
      `option 'workflowRunTimeout': expected "30 s", got 30 (number)`,
    ],
    [
      'a retry policy with a bare number',
      { shardSize: 1, count: 1, retry: { initialInterval: 10 } },
      `option 'retry.initialInterval': expected "10 s", got 10 (number)`,
    ],
    [
      'a ratio over 1',
      { shardSize: 1, count: 1, shardRatio: 2 },
      "option 'shardRatio': expected a number from 0",
    ],
    [
      'another word',
      { shardSize: 1, count: 1, onShardFailure: 'go' },
      "expected 'continue' or 'stop', got go",
    ],
    [
      'pages without activity',
      { shardSize: 1, pages: {} },
      "option 'pages.activity': expected the activity's name",
    ],
    [
      'pages without a time limit',
      { shardSize: 1, pages: { activity: 'accountPage' } },
      "option 'pages': expected startToCloseTimeout or scheduleToCloseTimeout, got neither",
    ],
    [
      'pages with no duration',
      { shardSize: 1, pages: { activity: 'accountPage', startToCloseTimeout: 'soon' } },
      "option 'pages.startToCloseTimeout': ",
    ],
    ['no map', { shardSize: 1, count: 1, map: null }, "option 'map': expected a workflow that the bundle"],
    [
      'no attempts',
      { shardSize: 1, count: 1, retry: { maximumAttempts: 0 } },
      "option 'retry': RetryPolicy.maximumAttempts must be a positive integer",
    ],
    ['no duration', { shardSize: 1, count: 1, workflowRunTimeout: 'soon' }, "option 'workflowRunTimeout': "],
    [
      'a long label',
      { shardSize: 1, count: 1, label: 'x'.repeat(101) },
      "option 'label': expected a string of at most 100 characters",
    ],
    ['too many shards', { shardSize: 1, count: 1e9 }, 'make it larger'],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const error = await failureOf('anyOptions', [options]);
      deepEqual([error.type, error.nonRetryable], ['MapReduceOptionError', true]);
      ok(error.message.includes(message), error.message);
    });
  }

  it('refuses items that are too large for a history, and names the alternative', async () => {
    const { message } = await failureOf('manyItems');
    match(message, /option 'items': expected at most 8000000 bytes, got more: give 'pages' instead/);
  });

  it('names the export to add if the bundle does not export the branch workflow', async () => {
    const { message } = await failureOf('withoutBranch', [], branchlessQueue);
    match(
      message,
      /Write `export \{ mapReduceBranch \} from 'temporal-job-tracing\/workflows';` in the file/,
    );
  });

  it('names the export to add if the bundle does not export a function', async () => {
    const { message } = await failureOf('hiddenReduce');
    match(message, /option 'reduce': the function hidden is not exported by the workflow bundle/);
  });

  it('ends when reduce throws', async () => {
    const error = await failureOf('throwingReduce');
    deepEqual([error.type, error.message], ['ReduceFailed', 'mapReduce: throwing threw: no numbers']);
  });

  it('ends when the activity returns no page, or when the branch that reads is stopped', async () => {
    const pages = { activity: 'isFirstCall', startToCloseTimeout: '10s' };
    const noPage = await failureOf('anyOptions', [{ shardSize: 1, pages }]);
    match(noPage.message, /expected the activity isFirstCall to return \{ items: \[...\], next \}, got/);

    const unread = { ...pages, taskQueue: 'nobody' };
    const handle = await start('anyOptions', id('unread'), [{ shardSize: 1, pages: unread }]);
    const branch = `${handle.workflowId}:${traceIdOf(handle.firstExecutionRunId).slice(-12)}:branch-0`;
    await runs.openRunId(branch);
    await runs.harness.client.workflow.getHandle(branch).cancel();
    await handle.result().catch(() => {});
    equal((await handle.describe()).status.name, 'FAILED');
  });

  it('can be called twice in a run', async () => {
    const handle = await start('twice', id('twice'));
    deepEqual(await handle.result(), [2, 3, 190, 435]);
    const trace = await runs.harness.completeTrace(traceIdOf(handle.firstExecutionRunId));
    const root = trace.find(({ name }) => name === 'RunWorkflow:twice');
    equal(root?.attributes['job.shards.count'], 5);
    deepEqual(root && linksOf(root), []);
  });

  it('works on a worker without the plugin, and its shards are listed', async () => {
    const handle = await start('accounts', id('plain'), [[1, 2, -5, 4]], plainQueue);
    const { result, failures } = await handle.result();
    equal(result, '1+2');
    equal(failures[0].traceId, undefined);
    const shards = await listed(runs.harness.jobs, handle.workflowId);
    deepEqual(
      shards.map(({ label, status, error }) => [label, status, error?.type]),
      [
        ['account 1 to 2', 'COMPLETED', undefined],
        ['account -5 to 4', 'FAILED', 'NoAccount'],
      ],
    );
  });

  it('is traced, and its shards are listed, where the search attributes are not registered', async () => {
    const namespace = 'unregistered';
    const { address } = runs.harness.server;
    const connection = await NativeConnection.connect({ address });
    const client = new Client({ connection: runs.harness.connection, namespace });
    try {
      const taskQueue = runs.harness.newTaskQueue();
      const worker = await runs.harness.createWorker(taskQueue, {
        plugin: { registerSearchAttributes: false },
        options: { ...options, connection, namespace },
      });
      await runs.harness.whileRunning([worker], async () => {
        const handle = await client.workflow.start('accounts', {
          taskQueue,
          workflowId: id('unbound'),
          args: [[1, 2, -5, 4]],
        });
        const { failures } = await handle.result();
        const failed = failures[0].traceId;
        const tracing = new JobClient({ client });
        const shards = await listed(tracing, handle.workflowId);
        equal(shards[1]?.traceId, failed);
        const root = await runs.rootSpanOf(handle.firstExecutionRunId);
        deepEqual(linksOf(root), [`${failed}/${rootIdOf(shards[1]?.runId ?? '')}`]);
        const trace = await runs.harness.completeTrace(failed);
        equal(trace.find(({ parentSpanId }) => !parentSpanId)?.attributes['error.type'], 'NoAccount');
        const [rerun] = await tracing.shards.rerunFailed(handle);
        equal(rerun?.traceId, failed);
        await client.workflow
          .getHandle(rerun?.workflowId ?? '')
          .result()
          .catch(() => {});
      });
    } finally {
      await connection.close();
    }
  });

  /** Waits until visibility lists the two closed shards of the run; returns them in order. */
  async function listed(tracing: JobClient, workflowId: string): Promise<Shard[]> {
    const areThere = async () => {
      const shards: Shard[] = [];
      for await (const shard of tracing.shards.list({ workflowId })) shards.push(shard);
      return shards.length === 2 && shards.every(({ status }) => status !== 'RUNNING') && shards;
    };
    const shards = await until(areThere, { says: 'visibility does not list two closed shards' });
    return shards.sort((a, b) => a.index - b.index);
  }
});
