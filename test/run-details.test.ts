/**
 * The details of a run in the Web UI and `temporal workflow metadata`: the link to its trace or why there is none, and
 * the state of its shards. They add no event to the run's history.
 */
import { deepEqual, equal, match } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import type { JobTracingOptions } from 'temporal-job-tracing';
import { plain } from '../core/run-details';
import { until } from '../testing/until';
import { id, Runs, traceIdOf } from './support/runs';

type Handle = WorkflowHandleWithFirstExecutionRunId;

const options = { workflowsPath: require.resolve('./support/workflows/map-reduce') };
const traceUrl = 'http://traces/{traceId}';
const RUN_IT = 'run it now to get a trace';

describe("a run's details", { concurrency: 4 }, () => {
  let runs: Runs;
  before(async () => {
    runs = await Runs.start({ plugin: { traceUrl }, options });
  });
  after(() => runs.stop());

  const detailsOf = async (handle: Handle) =>
    (await handle.query<{ currentDetails: string }>('__temporal_workflow_metadata')).currentDetails;
  const linkOf = ({ firstExecutionRunId: runId }: Handle) =>
    `[Trace ${traceIdOf(runId)}](http://traces/${traceIdOf(runId)})`;

  /** Runs a workflow on a worker of its own with this plugin. */
  async function ended(plugin: JobTracingOptions, type: string, args: unknown[] = []): Promise<Handle> {
    const taskQueue = await runs.startWorker({ plugin: { traceUrl, ...plugin } });
    const workflowId = id(`${type}-${taskQueue}`);
    const handle = await runs.harness.client.workflow.start(type, { taskQueue, workflowId, args });
    await handle.result().catch(() => {});
    return handle;
  }

  it('show that it is not sampled, with the reason and the remedy', async () => {
    const ratio = await ended({ sampling: { default: 0 } }, 'oneActivity');
    equal(await detailsOf(ratio), `not sampled (ratio of its rule) · ${RUN_IT}`);
    const none = { ratio: 1, atMost: { runs: 1, per: '31 days' } } as const;
    const taskQueue = await runs.startWorker({ plugin: { traceUrl, sampling: { default: none } } });
    const details: string[] = [];
    for (const name of ['first', 'second']) {
      const workflowId = id(`capped-${name}`);
      const handle = await runs.harness.client.workflow.start('oneActivity', { taskQueue, workflowId });
      await handle.result();
      details.push(await detailsOf(handle));
    }
    match(details[0] ?? '', /^\[Trace /);
    equal(details[1], `not sampled (capped) · ${RUN_IT}`);
  });

  it('show this without a reason if only sampled runs are bound, and with the reason of a continuation', async () => {
    const sampling = { default: { ratio: 0, keepFailed: false } };
    const unbound = await ended({ bind: 'sampled', sampling }, 'oneActivity');
    equal(await detailsOf(unbound), `not sampled · ${RUN_IT}`);
    const continued = await ended({ sampling }, 'continues', [1]);
    const last = runs.harness.client.workflow.getHandle(continued.workflowId) as Handle;
    equal(await detailsOf(last), `not sampled (inherited) · ${RUN_IT}`);
  });

  it('have the link of a tail-sampled run, with the reason', async () => {
    const kept = await ended({ sampling: { default: 0 } }, 'takes', [1, 'fail']);
    equal(await detailsOf(kept), `${linkOf(kept)} · not sampled, but kept: it failed`);
    const events = (await kept.fetchHistory()).events?.length;
    await detailsOf(kept);
    equal((await kept.fetchHistory()).events?.length, events);
  });

  it('have the TraceId if there is no traceUrl', async () => {
    const handle = await ended({ traceUrl: undefined }, 'oneActivity');
    equal(await detailsOf(handle), `Trace ${traceIdOf(handle.firstExecutionRunId)}`);
  });

  it('list the states of its shards during and after the run, and one query finds run and shards', async () => {
    const { client } = runs.harness;
    const taskQueue = await runs.startWorker({ plugin: { traceUrl }, options });
    const args = [[1, 2, -5, 4, -2, 6], { concurrency: 1 }];
    const handle = await client.workflow.start('accounts', { taskQueue, workflowId: id('shards'), args });
    const runId = handle.firstExecutionRunId;
    let said = '';
    const branch = async () => {
      const [child] = (await handle.describe()).raw.pendingChildren ?? [];
      // One that is only initiated has no run id, and cannot be queried.
      if (!child?.workflowId || !child.runId) return false;
      said = await detailsOf(client.workflow.getHandle(child.workflowId) as Handle);
      return said.includes('1 failed');
    };
    await until(branch, { says: () => `the branch says ${said}` });
    match(said, /\*\*3 shards\*\*: 1 succeeded, 1 failed, 0 cancelled, 1 open or not started/);
    match(await detailsOf(handle), /^\[Trace \w+\]\(.*\)\n\n\*\*3 shards\*\*: 0 succeeded, 0 failed/);

    const query = `JobRunId="${runId}"`;
    const shard = async () => {
      for await (const each of client.workflow.list({
        query: `${query} AND JobTrigger="shard" AND ExecutionStatus="Running"`,
      }))
        return each.workflowId;
      return undefined;
    };
    const open = await until(shard, { says: 'the shard that waits is not listed' });
    await client.workflow.getHandle(open).signal('release');
    await handle.result();
    const lines = (await detailsOf(handle)).split('\n\n');
    match(lines[1] ?? '', /^\*\*3 shards\*\*: 2 succeeded, 1 failed, 0 cancelled, 0 open/);
    equal(
      lines[2],
      `All of them: \`${query}\`, the failed ones: \`${query} AND JobTrigger="shard" AND ExecutionStatus="Failed"\``,
    );
    match(
      lines[3] ?? '',
      /^- \*\*account -5 to 4\*\*: NoAccount: no such account · `.*shard-1` · \[Trace (\w{32})\]\(http:\/\/traces\/\1\)$/,
    );
    const found = async () => {
      const triggers: unknown[] = [];
      for await (const { searchAttributes } of client.workflow.list({ query }))
        triggers.push(searchAttributes.JobTrigger?.[0]);
      return triggers.length >= 5 && triggers.sort();
    };
    deepEqual(await until(found, { says: 'run, branch and shards are not listed' }), [
      'api',
      'child',
      'shard',
      'shard',
      'shard',
    ]);
  });
});

it('show text of users unchanged, in one line', () => {
  equal(plain('a [b](c)\n*d*'), 'a \\[b\\]\\(c\\) \\*d\\*');
  equal(plain('x'.repeat(300)).length, 201);
});
