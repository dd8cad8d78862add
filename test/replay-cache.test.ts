/**
 * A worker without a workflow cache replays a run for each of its tasks: it exports the same spans, each once.
 */
import { deepEqual, equal } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Harness } from './support/harness';
import {
  expectLeaves,
  historiesBundle,
  KINDS,
  LOCAL_KINDS,
  type RecordedRun,
  runEveryKind,
  taskFailures,
} from './support/histories';
import { traceIdOf } from './support/runs';

const CALL = 'StartActivity:callDownstream > RunActivity:callDownstream > GET > GET';
const CHILD = 'StartChildWorkflow:nudgesParent > RunWorkflow:nudgesParent';
const INNER = 'StartChildWorkflow:parent > RunWorkflow:parent';
const INNERMOST = `${INNER} > StartChildWorkflow:failsOnce > RunWorkflow:failsOnce`;
const BRANCHES = ['RunStarted:branches', 'StartActivity:callDownstream', CALL];
const CONTINUED = ['ContinueAsNew:continues', 'RunStarted:continues', CALL];

/** The leaves of the traces of each kind, in the order of the runs. */
const EXPECTED: Record<string, string[][]> = {
  'every command': [
    [
      'HandleSignal:close',
      'HandleSignal:nudge',
      `HandleUpdate:ask > ${CALL}`,
      'RunStarted:everyCommand',
      CALL,
      `${CHILD} > SignalWorkflow:nudge`,
      `${CHILD} > ${CALL}`,
    ],
  ],
  branches: [BRANCHES],
  cancelled: [['RunStarted:cancellable', CALL]],
  conditions: [
    ['ContinueAsNew:branches', 'HandleSignal:close', 'HandleSignal:close', 'RunStarted:waitsTwice', CALL],
    BRANCHES,
  ],
  manual: [['HandleSignal:finish', 'HandleSignal:runNow', 'RunStarted:waits']],
  continued: [CONTINUED, CONTINUED, ['RunStarted:continues', CALL]],
  retried: [
    ['RunStarted:failsOnce', CALL],
    ['RunStarted:failsOnce', CALL],
  ],
  family: [
    [
      'RunStarted:parent',
      // All attempts of a child are in the trace of its parent.
      `${INNERMOST} > ${CALL}`,
      `${INNERMOST} > ${CALL}`,
    ],
  ],
  'local activities': [['RunStarted:localActivities', CALL, CALL, CALL]],
  'local back-off': [
    [
      'RunStarted:localBackoff',
      'StartActivity:failBelowAttempt > RunActivity:failBelowAttempt',
      'StartActivity:failBelowAttempt > RunActivity:failBelowAttempt',
    ],
  ],
};

describe('a run that is replayed for each of its tasks', () => {
  let harness: Harness;
  let runs: RecordedRun[];
  before(async () => {
    harness = await Harness.start();
    const options = { workflowBundle: await historiesBundle(), maxCachedWorkflows: 0 };
    runs = await harness.whileWorking({ options }, (taskQueue) =>
      runEveryKind(harness.client, taskQueue, 'cold'),
    );
  });
  after(() => harness?.stop());

  it('ends without a failed workflow task', () => {
    for (const { workflowId, history } of runs) deepEqual(taskFailures(history), [], workflowId);
  });

  for (const name of Object.keys({ ...KINDS, ...LOCAL_KINDS })) {
    it(`exports each span once: ${name}`, async () => {
      const ofKind = runs.filter(({ workflowId }) => workflowId === `cold ${name}`);
      equal(ofKind.length, EXPECTED[name]?.length);
      // The worker has stopped, so all its spans have arrived.
      for (const [index, { runId }] of ofKind.entries())
        await expectLeaves(harness.receiver, traceIdOf(runId), EXPECTED[name]?.[index] ?? []);
    });
  }
});
