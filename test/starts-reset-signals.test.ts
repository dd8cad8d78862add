/**
 * Temporal reapplies signals when a run is reset: a `runNow` that arrived after the first task does not force the run
 * after the reset.
 */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { firstTaskCompleted } from './support/histories';
import { id, Runs, traceIdOf } from './support/runs';

const NEVER = { ratio: 0, keepFailed: false, afterFailure: { runs: 0 } };
/** Without a cache, so that each task replays the run from its first task. */
const SETUP = { plugin: { sampling: { default: NEVER } }, options: { maxCachedWorkflows: 0 } };

describe('a signal runNow that a reset applies again', { concurrency: 4 }, () => {
  let runs: Runs;

  before(async () => {
    runs = await Runs.start(SETUP);
  });
  after(() => runs.stop());

  const signal = (workflowId: string, name = 'runNow') =>
    runs.cli(`workflow signal --workflow-id ${workflowId} --name ${name}`);

  const reset = (workflowId: string, runId: string, ...to: string[]) =>
    runs.cli(`workflow reset --workflow-id ${workflowId} --run-id ${runId} --reason test`, ...to);

  const handleOf = (workflowId: string, runId?: string) =>
    runs.harness.client.workflow.getHandle(workflowId, runId);

  /** Returns the ids of the run's WorkflowTaskCompleted events. */
  async function completedTasks(workflowId: string, runId: string): Promise<string[]> {
    const { events } = await handleOf(workflowId, runId).fetchHistory();
    return (events ?? []).flatMap((event) =>
      event.workflowTaskCompletedEventAttributes ? [String(event.eventId)] : [],
    );
  }

  /** Starts a run that gets `runNow` twice after its first task, each with a task of its own, and ends; its run id. */
  async function original(workflowId: string, flags = ''): Promise<string> {
    const start = flags === '' ? 'start' : 'signal-with-start';
    await runs.cli(
      `workflow ${start} --type waits --task-queue ${runs.taskQueue} --workflow-id ${workflowId}${flags}`,
    );
    const handle = handleOf(workflowId);
    await firstTaskCompleted(handle);
    const { runId } = await handle.describe();
    for (const name of ['runNow', 'runNow', 'finish']) {
      await signal(workflowId, name);
      // The query returns when the task is complete.
      await handle.query('__stack_trace').catch(() => {});
    }
    await handle.result();
    return runId;
  }

  /** Returns the run id of a trace id. */
  const runIdOf = (traceId: string) => traceId.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

  async function expectRun(
    workflowId: string,
    runId: string,
    traceId: string,
    trigger: string,
  ): Promise<void> {
    // JobRunId is the id of the run that upserted it: before a reset, the original's.
    const { JobRunId, ...attributes } = await runs.harness.searchAttributesOf(workflowId, runId);
    ok([runId, runIdOf(traceId)].includes(String(JobRunId)), String(JobRunId));
    deepEqual(attributes, {
      TraceId: traceId,
      JobName: 'waits',
      JobTrigger: trigger,
      TraceSampled: trigger === 'manual',
    });
    const isComplete = (trace: readonly { name: string }[]) =>
      trace.some(({ name }) => name === 'RunWorkflow:waits');
    if (trigger !== 'manual') runs.expectNoSpansOf(traceId);
    else await runs.harness.receiver.waitFor(traceId, isComplete);
  }

  it('to the first task: the run decides anew, regardless of the signal', async () => {
    const workflowId = id('to-first');
    const first = await original(workflowId);
    await expectRun(workflowId, first, traceIdOf(first), 'api');
    await reset(workflowId, first, '--type', 'FirstWorkflowTask');
    const [, second = ''] = await runs.closedRunIds(workflowId, 2);
    deepEqual(await handleOf(workflowId, second).result(), ['runNow', 'runNow'], 'both were applied again');
    await expectRun(workflowId, second, traceIdOf(first), 'api');
  });

  it('to a point after the first task: trigger and decision stay', async () => {
    const workflowId = id('to-second');
    const first = await original(workflowId);
    const [, task = ''] = await completedTasks(workflowId, first);
    await reset(workflowId, first, '--event-id', task);
    const [, second = ''] = await runs.closedRunIds(workflowId, 2);
    deepEqual(await handleOf(workflowId, second).result(), ['runNow', 'runNow'], 'one was applied again');
    await expectRun(workflowId, second, traceIdOf(first), 'api');
  });

  it('of a run started by signal-with-start: that signal still forces it', async () => {
    const workflowId = id('with-start');
    const first = await original(workflowId, ' --signal-name runNow');
    await expectRun(workflowId, first, traceIdOf(first), 'manual');
    await reset(workflowId, first, '--type', 'FirstWorkflowTask');
    const [, second = ''] = await runs.closedRunIds(workflowId, 2);
    equal((await handleOf(workflowId, second).result()).length, 3);
    await expectRun(workflowId, second, traceIdOf(first), 'manual');
  });

  it('beside a signal sent after the reset: that one forces the run', async () => {
    const workflowId = id('since');
    const taskQueue = runs.harness.newTaskQueue();
    const working = async <T>(fn: () => Promise<T>) =>
      runs.harness.whileRunning([await runs.harness.createWorker(taskQueue, SETUP)], fn);
    const first = await working(async () => {
      await runs.cli(`workflow start --type waits --task-queue ${taskQueue} --workflow-id ${workflowId}`);
      await firstTaskCompleted(handleOf(workflowId));
      return (await handleOf(workflowId).describe()).runId;
    });
    await signal(workflowId);
    await reset(workflowId, first, '--type', 'FirstWorkflowTask');
    await signal(workflowId);
    await working(async () => {
      const handle = handleOf(workflowId);
      await firstTaskCompleted(handle);
      const { runId } = await handle.describe();
      await signal(workflowId, 'finish');
      deepEqual(await handle.result(), ['runNow', 'runNow']);
      await expectRun(workflowId, runId, traceIdOf(first), 'manual');
    });
  });
});
