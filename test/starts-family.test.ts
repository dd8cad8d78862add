/**
 * Children: all attempts and continuations of ordinary ones stay in the parent's trace, those with a cron schedule have
 * traces of their own; with parents that have the plugin or the official plugin, or are in another language.
 */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { ChildWorkflowOptions } from '@temporalio/workflow';
import { officialPlugin } from '../testing/official-plugin';
import type { ReceivedSpan } from '../testing/otlp-span';
import { incomplete } from '../testing/otlp-trace';
import { WORKFLOWS_PATH } from './support/harness';
import { id, linksOf, linkTo, Runs, rootIdOf, subtree, traceIdOf } from './support/runs';
import type { ChildOptions } from './support/workflows/jobs';

describe('runs started by a parent', { concurrency: 8 }, () => {
  let runs: Runs;
  let taskQueue: string;
  let officialQueue: string;
  let goQueue: string;

  before(async () => {
    runs = await Runs.start();
    ({ taskQueue } = runs);
    const workflowsPath = WORKFLOWS_PATH;
    officialQueue = await runs.startWorker({
      plugin: null,
      options: { workflowsPath, plugins: [officialPlugin()] },
    });
    goQueue = await runs.startWorker({
      plugin: null,
      options: {
        workflowsPath,
        interceptors: { workflowModules: [require.resolve('./support/workflows/go-parent')] },
      },
    });
  });
  after(() => runs.stop());

  /** Runs workflow `parent`, whose child is `<workflowId>-child`; returns its run id. */
  async function runParent(
    workflowId: string,
    child: ChildOptions & ChildWorkflowOptions,
    queue = taskQueue,
  ): Promise<string> {
    const args = [child];
    const handle = await runs.harness.client.workflow.start('parent', { taskQueue: queue, workflowId, args });
    await handle.result();
    return handle.firstExecutionRunId;
  }

  /** Asserts that the run is an ordinary child, bound at its start, in the parent's trace. */
  async function expectChild(workflowId: string, runId: string, parentRunId: string): Promise<ReceivedSpan> {
    const root = await runs.completeRootOf(runId, traceIdOf(parentRunId));
    deepEqual(await runs.harness.searchAttributesOf(workflowId, runId), {
      TraceId: traceIdOf(parentRunId),
      JobName: 'parent',
      JobTrigger: 'child',
      JobRunId: parentRunId,
      TraceSampled: true,
    });
    deepEqual(await runs.pluginEvents(workflowId, runId), [], 'no event in the child');
    deepEqual(linksOf(root), []);
    return root;
  }

  async function spanAbove(span: ReceivedSpan): Promise<ReceivedSpan> {
    const isAbove = ({ spanId }: ReceivedSpan) => spanId === span.parentSpanId;
    const trace = await runs.harness.receiver.waitFor(span.traceId, (spans) => spans.some(isAbove));
    const above = trace.find(isAbove);
    ok(above);
    return above;
  }

  it("an ordinary child's retry is in the parent's trace", async () => {
    const retry = { maximumAttempts: 2, initialInterval: '100ms' };
    const parentRun = await runParent(id('retried'), { type: 'failsOnce', retry });
    const [first = '', second = ''] = await runs.closedRunIds(id('retried-child'), 2);
    const failed = await expectChild(id('retried-child'), first, parentRun);
    const succeeded = await expectChild(id('retried-child'), second, parentRun);
    deepEqual([failed.status.message, succeeded.status.code], ['first attempt', 'ok']);
    equal((await spanAbove(failed)).name, 'StartChildWorkflow:failsOnce');
    equal(succeeded.parentSpanId, failed.parentSpanId);
  });

  it("an ordinary child's continue-as-new is in the parent's trace", async () => {
    const parentRun = await runParent(id('continued'), { type: 'continues', args: [2] });
    const attempts = await runs.closedRunIds(id('continued-child'), 3);
    const parents = new Set<string | undefined>();
    for (const runId of attempts) {
      const root = await expectChild(id('continued-child'), runId, parentRun);
      parents.add(root.parentSpanId);
    }
    equal(parents.size, 1);
  });

  it("an ordinary grandchild is in the trace of its parent's parent", async () => {
    const parentRun = await runParent(id('grand'), { type: 'parent', args: [{}] });
    const [childRun = ''] = await runs.closedRunIds(id('grand-child'));
    const [grandchildRun = ''] = await runs.closedRunIds(id('grand-child-child'));
    await expectChild(id('grand-child'), childRun, parentRun);
    const root = await expectChild(id('grand-child-child'), grandchildRun, parentRun);
    const above = await spanAbove(root);
    deepEqual([above.name, above.parentSpanId], ['StartChildWorkflow:oneActivity', rootIdOf(childRun)]);
  });

  it('a child with cronSchedule: each tick its own trace, the first linked to the parent', async () => {
    const handle = await runs.harness.client.workflow.start('cronParent', {
      taskQueue,
      workflowId: id('cron'),
      args: ['@every 1s'],
    });
    await handle.result();
    const [first = '', second = '', third = ''] = await runs.closedRunIds(id('cron-child'), 3);
    await runs.harness.client.workflow.getHandle(id('cron-child')).terminate();
    const trace = await runs.harness.completeTrace(traceIdOf(handle.firstExecutionRunId));
    const start = trace.find(({ name }) => name === 'StartChildWorkflow:oneActivity');
    ok(start);
    const roots = [first, second, third].map((runId) => runs.expectRun(id('cron-child'), runId, 'cron'));
    deepEqual((await Promise.all(roots)).map(linksOf), [
      [`${start.traceId}/${start.spanId}`],
      [linkTo(first)],
      [linkTo(second)],
    ]);
  });

  it('a parent with the official plugin: the child is in its trace, not bound, without an event', async () => {
    await runParent(id('official'), { taskQueue }, officialQueue);
    const [childRun = ''] = await runs.closedRunIds(id('official-child'));
    deepEqual(await runs.harness.searchAttributesOf(id('official-child'), childRun), {});
    deepEqual(await runs.pluginEvents(id('official-child')), []);
    const { traceId } = await runs.harness.jobs.traces.of(childRun);
    const root = await runs.completeRootOf(childRun, traceId);
    const above = await spanAbove(root);
    deepEqual([above.name, above.resource['service.name']], ['StartChildWorkflow:oneActivity', 'official']);
    deepEqual(linksOf(root), []);
  });

  it('a parent in Go or Java: the child is in its trace, not bound, without an event', async () => {
    const parentRun = await runParent(id('go'), { taskQueue }, goQueue);
    const [childRun = ''] = await runs.closedRunIds(id('go-child'));
    deepEqual(await runs.harness.searchAttributesOf(id('go-child'), childRun), {});
    deepEqual(await runs.pluginEvents(id('go-child')), []);
    const [traceId, caller] = [traceIdOf(parentRun), rootIdOf(parentRun)];
    const isComplete = (spans: readonly ReceivedSpan[]) =>
      spans.length > 0 && incomplete(spans, caller).length === 0;
    const trace = await runs.harness.receiver.waitFor(traceId, isComplete);
    const below = subtree(trace, rootIdOf(childRun));
    equal(below.length, trace.length);
    const [root] = below;
    deepEqual([root?.name, root?.parentSpanId, root?.links], ['RunWorkflow:oneActivity', caller, []]);
    ok(below.some(({ resource }) => resource['service.name'] === 'downstream'));
    deepEqual(
      below.map(({ name, traceState }) => [name, traceState]),
      below.map(({ name }) => [name, 'vendor=1']),
    );
  });
});
