/**
 * A run that Nexus starts has a trace of its own, linked to the call in the caller's trace.
 */
import { deepEqual, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startWorkflow, WorkflowRunOperationHandler } from '@temporalio/nexus';
import { serviceHandler } from 'nexus-rpc';
import { tree } from '../testing/otlp-trace';
import { id, linksOf, Runs, traceIdOf } from './support/runs';
import { jobService } from './support/workflows/nexus';

const jobs = serviceHandler(jobService, {
  runJob: new WorkflowRunOperationHandler<string, string>((ctx, workflowId) =>
    startWorkflow(ctx, 'oneActivity', { workflowId }),
  ),
});

describe('runs started through Nexus', () => {
  let runs: Runs;

  before(async () => {
    runs = await Runs.start({
      options: { workflowsPath: require.resolve('./support/workflows/nexus'), nexusServices: [jobs] },
    });
  });
  after(() => runs.stop());

  it('own id, linked to the call of the Nexus handler in the trace of the caller', async () => {
    const { taskQueue } = runs;
    const endpoint = id('jobs');
    await runs.cli(
      `operator nexus endpoint create --name ${endpoint} --target-namespace default --target-task-queue ${taskQueue}`,
    );
    const args = [endpoint, id('by-nexus')];
    const caller = await runs.harness.client.workflow.start('callsNexus', {
      taskQueue,
      workflowId: id('caller'),
      args,
    });
    await caller.result();
    const [runId = ''] = await runs.closedRunIds(id('by-nexus'));
    const root = await runs.expectRun(id('by-nexus'), runId, 'api');
    const trace = await runs.harness.completeTrace(traceIdOf(caller.firstExecutionRunId));
    const start = trace.find(({ name }) => name === 'StartWorkflow:oneActivity');
    ok(start, tree(trace).join('\n'));
    deepEqual(linksOf(root), [`${start.traceId}/${start.spanId}`]);
    deepEqual(
      tree(trace).filter((line) => !line.includes('RunStarted')),
      [
        'RunWorkflow:callsNexus',
        '  StartNexusOperation:jobs/runJob',
        '    RunStartNexusOperation:jobs/runJob',
        '      StartWorkflow:oneActivity',
      ],
    );
  });
});
