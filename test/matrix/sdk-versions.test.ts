/**
 * Versions of the Temporal SDK without internals that the plugin needs, installed by npm: the plugin is inactive, with
 * a warning when the worker is created.
 */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { copySdkWithRename } from '../support/changed-sdk';
import { Harness } from '../support/harness';
import { markersOf, type RecordedRun, recordedRuns, taskFailures } from '../support/histories';
import { type InstalledProject, installProject, whileProjectRuns } from '../support/installed-project';
import { traceIdOf } from '../support/runs';

describe('a project with another version of the SDK', () => {
  let harness: Harness;
  before(async () => {
    harness = await Harness.start();
  });
  after(() => harness?.stop());

  /** Runs a parent and its child. */
  async function runFamily(
    project: InstalledProject,
  ): Promise<{ log: readonly string[]; runs: RecordedRun[] }> {
    const taskQueue = harness.newTaskQueue();
    let runs: RecordedRun[] = [];
    const env = { TEMPORAL: harness.server.address, TASK_QUEUE: taskQueue };
    const log = await whileProjectRuns(project, env, async () => {
      const start = { taskQueue, workflowId: taskQueue };
      const handle = await harness.client.workflow.start('parent', start);
      await handle.result();
      runs = await recordedRuns(harness.client, taskQueue, handle.firstExecutionRunId);
    });
    equal(runs.length, 2);
    for (const { history } of runs) deepEqual(taskFailures(history), []);
    return { log, runs };
  }

  const CASES = [
    {
      title: '1.22, which does not tell the original run id',
      version: '1.22.0',
      lacks: 'info.originalExecutionRunId',
    },
    {
      title: '1.24 in which an internal has another name',
      version: '1.24.0',
      rename: ['completions', 'pendingCompletions'],
      lacks: 'completions.activity, completions.childWorkflowStart',
    },
  ] as const;
  for (const { title, version, lacks, ...change } of CASES) {
    it(`${title}: runs end untraced, and the worker logs once what is missing`, async () => {
      const project = await installProject(version);
      try {
        const installed = join(project.directory, 'node_modules', '@temporalio', 'workflow');
        if ('rename' in change) await copySdkWithRename(...change.rename, installed);
        const { log, runs } = await runFamily(project);
        const [line = '', ...more] = log;
        const said = `: Temporal SDK ${version} lacks ${lacks}; runs of this worker are not traced. Install `;
        ok(line.includes(said), line);
        deepEqual(more, []);
        for (const { workflowId, runId, history } of runs) {
          deepEqual(markersOf(history), []);
          deepEqual(await harness.searchAttributesOf(workflowId, runId), {});
          deepEqual(harness.receiver.trace(traceIdOf(runId)), []);
        }
      } finally {
        await project.remove();
      }
    });
  }
});
