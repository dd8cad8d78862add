/**
 * A reset run continues the trace of the original, with a root span of its own.
 */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { ReceivedSpan } from '../testing/otlp-span';
import { incomplete, roots } from '../testing/otlp-trace';
import { id, linksOf, Runs, rootIdOf, subtree, traceIdOf } from './support/runs';

describe('runs after temporal workflow reset', { concurrency: 4 }, () => {
  let runs: Runs;

  before(async () => {
    runs = await Runs.start();
  });
  after(() => runs.stop());

  const start = (workflowId: string, ...flags: string[]) =>
    runs.cli(
      `workflow ${flags.length > 0 ? 'signal-with-start' : 'start'} --type oneActivity --task-queue ${runs.taskQueue} --workflow-id ${workflowId}`,
      ...flags,
    );

  const reset = (workflowId: string, runId: string, type: string) =>
    runs.cli(`workflow reset --workflow-id ${workflowId} --run-id ${runId} --type ${type} --reason test`);

  /** Waits until the run's spans below its root are complete; returns the root and their names. */
  async function rootAfterReset(runId: string, traceId: string): Promise<[ReceivedSpan, string[]]> {
    const below = (trace: readonly ReceivedSpan[]) => subtree(trace, rootIdOf(runId));
    const isComplete = (trace: readonly ReceivedSpan[]) => incomplete(below(trace)).length === 0;
    const trace = await runs.harness.receiver.waitFor(traceId, isComplete);
    const [root] = below(trace);
    ok(root);
    return [root, below(trace).map(({ name }) => name)];
  }

  for (const { workflowId, type, trigger, flags, again } of [
    { workflowId: id('first-task'), type: 'FirstWorkflowTask', trigger: 'api', flags: [], again: true },
    { workflowId: id('last-task'), type: 'LastWorkflowTask', trigger: 'api', flags: [], again: false },
    {
      workflowId: id('manual'),
      type: 'FirstWorkflowTask',
      trigger: 'manual',
      flags: ['--signal-name', 'runNow'],
      again: true,
    },
  ]) {
    it(`to ${type}, of a run with trigger ${trigger}`, async () => {
      await start(workflowId, ...flags);
      const [original = ''] = await runs.closedRunIds(workflowId);
      const traceId = traceIdOf(original);
      await runs.expectRun(workflowId, original, trigger);
      await reset(workflowId, original, type);
      const [, runId = ''] = await runs.closedRunIds(workflowId, 2);
      const [root, names] = await rootAfterReset(runId, traceId);
      deepEqual(
        [root.attributes['job.trigger'], root.attributes['job.run.id'], linksOf(root)],
        [trigger, runId, []],
      );
      equal(names.includes('RunActivity:callDownstream'), again, names.join(', '));
      // The id of the run that upserted it.
      const { JobRunId, ...attributes } = await runs.harness.searchAttributesOf(workflowId, runId);
      ok([original, runId].includes(String(JobRunId)));
      deepEqual(attributes, {
        TraceId: traceId,
        JobName: 'oneActivity',
        JobTrigger: trigger,
        TraceSampled: true,
      });
      const trace = runs.harness.receiver.trace(traceId);
      deepEqual(
        roots(trace).map(({ spanId }) => spanId),
        [rootIdOf(original), rootIdOf(runId)],
      );
      equal(incomplete(trace).length, 1, 'nothing is wrong with the trace but that two runs are in it');
      const found = await runs.harness.jobs.traces.find(traceId);
      deepEqual([found?.root.runId, found?.others.map((run) => run.runId)], [runId, [original]]);
    });
  }

  it('a continuation of it is linked to it in the trace of the original', async () => {
    const { client } = runs.harness;
    const handle = await client.workflow.start('continues', {
      taskQueue: runs.taskQueue,
      workflowId: id('continues'),
      args: [1],
    });
    await handle.result();
    const original = handle.firstExecutionRunId;
    await reset(id('continues'), original, 'FirstWorkflowTask');
    const [, , runId = '', continuation = ''] = await runs.closedRunIds(id('continues'), 4);
    const [root] = await rootAfterReset(runId, traceIdOf(original));
    equal(root.traceId, traceIdOf(original));
    deepEqual(linksOf(await runs.expectRun(id('continues'), continuation, 'api')), [
      `${traceIdOf(original)}/${rootIdOf(runId)}`,
    ]);
  });
});
