/**
 * A run has one job name from its beginning to its end, on whatever worker: the first one. User code may upsert
 * `JobName`; visibility shows that, and nothing else does.
 */
import { deepEqual, equal } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { id, Runs } from './support/runs';

const KEPT = { ratio: 0, keepFailed: true };
const NOT_KEPT = { ratio: 0, keepFailed: false };
const POLICY = { default: NOT_KEPT, jobs: { 'first-kept': KEPT, 'later-kept': KEPT } };

describe('a run that renames its job', { concurrency: 2 }, () => {
  let runs: Runs;

  before(async () => {
    // Without a cache the end is decided as by another worker, which knows nothing of the beginning.
    const options = { workflowsPath: require.resolve('./support/workflows/renames'), maxCachedWorkflows: 0 };
    runs = await Runs.start({ plugin: { sampling: POLICY }, options });
  });
  after(() => runs.stop());

  /** Runs it to its failure, and returns its run id and the `JobName` that visibility shows. */
  async function run(workflowId: string, first: string, later: string): Promise<[string, unknown]> {
    const start = { taskQueue: runs.taskQueue, workflowId, args: [later], memo: { jobName: first } };
    await runs.harness.client.workflow.start('renames', start);
    const [runId = ''] = await runs.closedRunIds(workflowId);
    return [runId, (await runs.harness.searchAttributesOf(workflowId, runId)).JobName];
  }

  it('is tail-sampled by the rule of its first name, with that name on its root', async () => {
    const [runId, shown] = await run(id('kept'), 'first-kept', 'later');
    const root = await runs.rootSpanOf(runId);
    deepEqual(
      [root.attributes['job.name'], root.attributes['job.sampling.reason']],
      ['first-kept', 'kept-failed'],
    );
    equal(shown, 'later');
  });

  it('is not tail-sampled by the rule of the later name', async () => {
    const [runId, shown] = await run(id('not-kept'), 'first', 'later-kept');
    equal(shown, 'later-kept');
    equal((await runs.harness.searchAttributesOf(id('not-kept'), runId)).TraceSampled, false);
  });
});
