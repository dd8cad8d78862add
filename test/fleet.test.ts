/**
 * Half of the workers `enabled: false`, half on, no workflow cache, so that each task of a run may be done by
 * either: all runs end, no workflow task fails, and a run is traced whole or not at all.
 */
import { deepEqual, notEqual, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Harness } from './support/harness';
import {
  bundleOf,
  markersOf,
  type Recorded,
  runKinds,
  runLocalKinds,
  taskFailures,
  ticksOf,
} from './support/histories';

const ROUNDS = ['one', 'two', 'three'];
const TICKS = 3;
const CRON = '@every 1s';

describe('a fleet of which half is not enabled', () => {
  let harness: Harness;
  let runs: Recorded[];
  /** Top-level runs with a marker, and without. */
  let traced: Recorded[];
  let passive: Recorded[];

  before(async () => {
    harness = await Harness.start();
    const { workflow } = harness.client;
    const worker = (identity: string, enabled: boolean) => ({
      plugin: { enabled },
      options: { identity, workflowBundle, maxCachedWorkflows: 0 },
    });
    const workflowBundle = await bundleOf();
    runs = await harness.whileWorking([worker('on', true), worker('off', false)], async (taskQueue) => {
      const cron = async (round: string) => {
        const workflowId = `${taskQueue} ${round} cron`;
        const start = { taskQueue, workflowId, cronSchedule: CRON };
        const { firstExecutionRunId } = await workflow.start('oneActivity', start);
        return ticksOf(harness.client, workflowId, firstExecutionRunId, TICKS);
      };
      const cronChild = async (round: string) => {
        const workflowId = `${taskQueue} ${round} cron parent`;
        const handle = await workflow.start('cronParent', { taskQueue, workflowId, args: [CRON] });
        await handle.result();
        const { runId } = await workflow.getHandle(`${workflowId}-child`).describe();
        return ticksOf(harness.client, `${workflowId}-child`, runId, 1);
      };
      const rounds = ROUNDS.map((round) => `${taskQueue} ${round}`);
      const kinds = await Promise.all([
        runKinds(harness.client, taskQueue, ...rounds),
        ...ROUNDS.map(cron),
        ...ROUNDS.map(cronChild),
      ]);
      return [...kinds.flat(), ...(await runLocalKinds(harness.client, taskQueue, ...rounds))];
    });
    const top = runs.filter(
      ({ workflowId }) => !workflowId.endsWith('-child') || workflowId.endsWith('cron parent-child'),
    );
    traced = top.filter(({ history }) => markersOf(history).length > 0);
    passive = top.filter(({ history }) => markersOf(history).length === 0);
  });
  after(() => harness?.stop());

  it('shares the tasks of its runs', () => {
    const workersOf = ({ history }: Recorded) =>
      new Set(history.events?.map((event) => event.workflowTaskStartedEventAttributes?.identity ?? ''));
    const isShared = (run: Recorded) => workersOf(run).has('on') && workersOf(run).has('off');
    ok(traced.some(isShared), 'a traced run that both worked on');
    ok(passive.some(isShared), 'a passive run that both worked on');
  });

  it('fails no workflow task', () => {
    ok(runs.length > 50, `${runs.length} runs`);
    for (const { workflowId, history } of runs) deepEqual(taskFailures(history), [], workflowId);
  });

  it('traces and binds a run whole where its first task was done by a worker that is on', async () => {
    for (const { workflowId, runId } of traced) {
      const traceId = runId.replaceAll('-', '');
      await harness.completeTrace(traceId);
      const { TraceId, TraceSampled } = await harness.attributesOf(workflowId, runId);
      deepEqual({ TraceId, TraceSampled }, { TraceId: traceId, TraceSampled: true }, workflowId);
    }
  });

  it('leaves it alone otherwise', async () => {
    for (const { workflowId, runId } of passive) {
      const traceId = runId.replaceAll('-', '');
      deepEqual(harness.receiver.trace(traceId), [], workflowId);
      // A continuation begins with the attributes of the run before: they do not name it.
      notEqual((await harness.attributesOf(workflowId, runId)).TraceId, traceId, workflowId);
    }
  });
});
