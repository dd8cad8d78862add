/**
 * A run keeps its first job name until its end, on every worker. User code may upsert `JobName`, which changes only
 * visibility.
 */
import { deepEqual, equal } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { id, Runs } from './support/runs';

const WITH_FAILED = { ratio: 0, keepFailed: true };
const WITHOUT_FAILED = { ratio: 0, keepFailed: false };
const POLICY = { default: WITHOUT_FAILED, jobs: { 'first-tail': WITH_FAILED, 'later-tail': WITH_FAILED } };

describe('a run that renames its job', { concurrency: 2 }, () => {
  let runs: Runs;

  before(async () => {
    // Without a cache, the end is decided as on another worker, which has not executed the first task.
    const options = { workflowsPath: require.resolve('./support/workflows/renames'), maxCachedWorkflows: 0 };
    runs = await Runs.start({ plugin: { sampling: POLICY }, options });
  });
  after(() => runs.stop());

  /** Runs it until it fails; returns its run id and the `JobName` of visibility. */
  async function run(workflowId: string, first: string, later: string): Promise<[string, unknown]> {
    const start = { taskQueue: runs.taskQueue, workflowId, args: [later], memo: { jobName: first } };
    await runs.harness.client.workflow.start('renames', start);
    const [runId = ''] = await runs.closedRunIds(workflowId);
    return [runId, (await runs.harness.searchAttributesOf(workflowId, runId)).JobName];
  }

  it('is tail-sampled by the rule of its first name, with that name on its root', async () => {
    const [runId, listedName] = await run(id('tail'), 'first-tail', 'later');
    const root = await runs.rootSpanOf(runId);
    deepEqual(
      [root.attributes['job.name'], root.attributes['job.sampling.reason']],
      ['first-tail', 'kept-failed'],
    );
    equal(listedName, 'later');
  });

  it('is not tail-sampled by the rule of the later name', async () => {
    const [runId, listedName] = await run(id('not-tail'), 'first', 'later-tail');
    equal(listedName, 'later-tail');
    equal((await runs.harness.searchAttributesOf(id('not-tail'), runId)).TraceSampled, false);
  });
});
