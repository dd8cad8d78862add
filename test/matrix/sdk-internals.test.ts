/**
 * The SDK's internals that the plugin needs: the installed SDK has each of them; if one is missing, runs are untraced
 * and no task fails.
 */
import { deepEqual, equal, match } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Activator } from '@temporalio/workflow/lib/internals';
import { JobTracingPlugin } from 'temporal-job-tracing';
import { missingInternals } from '../../interceptors/sandbox/sdk-internals';
import { sdkProblem } from '../../worker/sdk-check';
import { type ChangedSdk, copySdkWithRename } from '../support/changed-sdk';
import { Harness, WORKFLOWS_PATH } from '../support/harness';
import { firstTaskCompleted, markersOf, recordedRuns, taskFailures } from '../support/histories';
import { traceIdOf } from '../support/runs';

/** Members of the SDK's `Activator` that a later version may rename, and the names in the warning. */
const INTERNALS: Record<string, readonly string[]> = {
  completions: ['completions.activity', 'completions.childWorkflowStart'],
  concludeActivation: ['concludeActivation'],
  info: ['info.originalExecutionRunId'],
  promiseStackStore: ['promiseStackStore.childToParent', 'promiseStackStore.promiseToStack'],
  recordWorkflowTaskError: ['recordWorkflowTaskError'],
  registeredActivityNames: ['registeredActivityNames'],
  workflow: ['workflow'],
  workflowTaskError: ['workflowTaskError'],
};

/** The SDK's state of a workflow, with methods as members. */
function newActivator(): Record<string, unknown> {
  const activator = new Activator({
    info: { originalExecutionRunId: '01a20ab5-370e-761a-a72e-5e02d38d50af' },
    randomnessSeed: [0],
    registeredActivityNames: new Set(),
  } as unknown as ConstructorParameters<typeof Activator>[0]);
  const { concludeActivation, recordWorkflowTaskError } = activator;
  return { ...activator, concludeActivation, recordWorkflowTaskError };
}

describe('the internals of the installed SDK', () => {
  it('are all there', () => {
    deepEqual(missingInternals(newActivator()), []);
    equal(sdkProblem(), undefined);
  });

  for (const [name, missing] of Object.entries(INTERNALS)) {
    it(`are needed by name: ${name}`, () => {
      const { [name]: _renamed, ...others } = newActivator();
      deepEqual(missingInternals(others), missing);
    });
  }

  for (const part of ['activity', 'childWorkflowStart']) {
    it(`are needed by name: completions.${part}`, () => {
      const activator = newActivator();
      const completions = { ...(activator.completions as object), [part]: undefined };
      deepEqual(missingInternals({ ...activator, completions }), [`completions.${part}`]);
    });
  }

  it('are looked up in the current workflow: there is none here', () => {
    deepEqual(missingInternals(), ['__TEMPORAL_ACTIVATOR__']);
  });
});

describe('a workflow bundle whose SDK lacks an internal', { concurrency: 4 }, () => {
  let harness: Harness;
  let sdk: ChangedSdk;
  before(async () => {
    [harness, sdk] = await Promise.all([
      Harness.start(),
      copySdkWithRename('completions', 'pendingCompletions'),
    ]);
  });
  after(async () => {
    await harness?.stop();
    await sdk?.remove();
  });

  async function worker(taskQueue: string) {
    return harness.createWorker(taskQueue, {
      options: {
        workflowsPath: WORKFLOWS_PATH,
        plugins: [new JobTracingPlugin()],
        bundlerOptions: {
          webpackConfigHook: (config) => {
            const alias = { ...config.resolve?.alias, '@temporalio/workflow': sdk.directory };
            return { ...config, resolve: { ...config.resolve, alias } };
          },
        },
      },
    });
  }

  it('traces no workflow, fails no task, and logs once what is missing', async () => {
    const taskQueue = harness.newTaskQueue();
    await harness.whileRunning([await worker(taskQueue)], async () => {
      for (const type of ['parent', 'oneLocalActivity', 'failsOnce']) {
        const workflowId = `${taskQueue}-${type}`;
        const handle = await harness.client.workflow.start(type, { taskQueue, workflowId });
        await handle.result().catch(() => {});
        for (const { history } of await recordedRuns(
          harness.client,
          workflowId,
          handle.firstExecutionRunId,
        )) {
          deepEqual([markersOf(history), taskFailures(history)], [[], []]);
        }
        const trace = harness.receiver.trace(traceIdOf(handle.firstExecutionRunId));
        // Its activities still have a trace, as in any run whose workflow creates no spans.
        const ofWorkflows = trace.filter(({ name }) => /Workflow:|^StartActivity|^RunStarted/.test(name));
        deepEqual(ofWorkflows, []);
      }
    });
    const [line = '', ...more] = harness.log.filter((entry) => entry.includes('lacks'));
    match(
      line,
      /^WARN temporal-job-tracing: A run was ignored: the Temporal SDK of its bundle lacks completions\.activity, completions\.childWorkflowStart; /,
    );
    deepEqual(more, []);
  });

  it('finishes a run that was begun with a trace', async () => {
    const taskQueue = harness.newTaskQueue();
    const handle = await harness.whileWorking({}, async (queue) => {
      const begun = await harness.client.workflow.start('waits', { taskQueue: queue, workflowId: taskQueue });
      await firstTaskCompleted(begun);
      return begun;
    });
    const { taskQueue: queue } = await handle.describe();
    await harness.whileRunning([await worker(queue)], async () => {
      await handle.signal('finish');
      await handle.result();
    });
    const history = await handle.fetchHistory();
    deepEqual([markersOf(history), taskFailures(history)], [['default'], []]);
  });
});
