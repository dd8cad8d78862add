/**
 * Prebuilt bundles: with the plugin in the bundle, on the worker, on both or on neither, runs complete, and a worker
 * logs once what its bundle lacks.
 */
import { deepEqual, equal, match } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { JobTracingOptions } from 'temporal-job-tracing';
import { Harness } from '../support/harness';
import {
  firstTaskCompleted,
  markersOf,
  type RecordedRun,
  recordedRuns,
  taskFailures,
} from '../support/histories';
import { traceIdOf } from '../support/runs';

describe('a prebuilt bundle', () => {
  let harness: Harness;
  before(async () => {
    harness = await Harness.start();
  });
  after(() => harness?.stop());

  /** Creates a worker with these options of the plugin, or without it, whose bundle was built with others. */
  async function worker(
    taskQueue: string,
    bundled: JobTracingOptions | null,
    plugin: JobTracingOptions | null,
  ) {
    const workflowBundle = await harness.bundle(bundled);
    return harness.createWorker(taskQueue, { plugin, options: { workflowBundle, maxCachedWorkflows: 0 } });
  }

  /** Runs a parent and its child. */
  async function runFamily(
    bundled: JobTracingOptions | null,
    plugin: JobTracingOptions | null,
  ): Promise<RecordedRun[]> {
    const taskQueue = harness.newTaskQueue();
    return harness.whileRunning([await worker(taskQueue, bundled, plugin)], async () => {
      const start = { taskQueue, workflowId: taskQueue };
      const handle = await harness.client.workflow.start('parent', start);
      await handle.result();
      return recordedRuns(harness.client, taskQueue, handle.firstExecutionRunId);
    });
  }

  /** @param calls names of the spans in the activity's own trace */
  async function expectUntraced(
    runs: readonly RecordedRun[],
    markers: readonly string[],
    calls: readonly string[] = [],
  ): Promise<void> {
    equal(runs.length, 2);
    deepEqual(markersOf(runs[0]?.history ?? {}), markers);
    deepEqual(markersOf(runs[1]?.history ?? {}), [], 'the child, of a untraced parent');
    for (const [index, { workflowId, runId, history }] of runs.entries()) {
      deepEqual(taskFailures(history), []);
      deepEqual(await harness.searchAttributesOf(workflowId, runId), {});
      const expected = index === 0 ? [] : calls;
      const isWhole = (trace: readonly unknown[]) => trace.length >= expected.length;
      const trace = await harness.receiver.waitFor(traceIdOf(runId), isWhole);
      deepEqual(trace.map(({ name }) => name).sort(), expected);
    }
  }

  const said = () => harness.log.filter((line) => line.includes('workflow bundle'));

  it('with the plugin, on a worker without it: runs end untraced, with the reason in their history', async () => {
    await expectUntraced(await runFamily({}, null), ['absent']);
  });

  it('without the plugin, on a worker with it: only activities are traced, and the remedy is logged once', async () => {
    harness.log.length = 0;
    await expectUntraced(await runFamily(null, {}), [], ['GET', 'GET', 'RunActivity:callDownstream']);
    const [line = '', ...more] = said();
    match(
      line,
      /^WARN .*bundle was made without the plugin, so workflow runs are not traced: call bundleWork/,
    );
    deepEqual(more, []);
  });

  it('with the plugin, on a worker with it: nothing is logged', async () => {
    harness.log.length = 0;
    const [parent] = await runFamily({}, {});
    deepEqual(markersOf(parent?.history ?? {}), ['default']);
    deepEqual(said(), []);
  });

  it('with other options than the worker: they apply, and the differences are logged once', async () => {
    harness.log.length = 0;
    const taskQueue = harness.newTaskQueue();
    const bundled: JobTracingOptions = { runNowSignal: 'finish', acceptForced: ['signal'] };
    const history = await harness.whileRunning(
      [await worker(taskQueue, bundled, { sampling: { default: 0 } })],
      async () => {
        const start = { taskQueue, workflowId: taskQueue, signal: 'finish' };
        const handle = await harness.client.workflow.signalWithStart('waits', start);
        await handle.result();
        return handle.fetchHistory();
      },
    );
    deepEqual(markersOf(history), ['manual']);
    const [line = '', ...more] = said();
    match(
      line,
      /other options \(runNowSignal is "finish", not "runNow", acceptForcedStart is false, not true/,
    );
    deepEqual(more, []);
  });

  it('with the plugin of another version: runs are traced, and one log line names both versions and the remedy', async () => {
    harness.log.length = 0;
    const taskQueue = harness.newTaskQueue();
    const { code } = await harness.bundle({});
    const workflowBundle = { code: code.replace(/(job-tracing-options:)[\w.+-]+:/, '$10.0.9:') };
    const other = await harness.createWorker(taskQueue, { plugin: {}, options: { workflowBundle } });
    const history = await harness.whileRunning([other], async () => {
      const handle = await harness.client.workflow.start('parent', { taskQueue, workflowId: taskQueue });
      await handle.result();
      return handle.fetchHistory();
    });
    deepEqual(markersOf(history), ['default']);
    const [line = '', ...more] = said();
    match(line, /made with temporal-job-tracing 0\.0\.9, not \d[^,]*,/);
    match(line, /: make it again with the version and the options of the worker/);
    deepEqual(more, []);
  });

  it('with the plugin, started on a worker without it: the run stays untraced on a worker with it', async () => {
    const taskQueue = harness.newTaskQueue();
    const start = { taskQueue, workflowId: taskQueue };
    const handle = await harness.whileRunning([await worker(taskQueue, {}, null)], async () => {
      const started = await harness.client.workflow.start('waits', start);
      await firstTaskCompleted(started);
      return started;
    });
    await harness.whileRunning([await worker(taskQueue, {}, {})], async () => {
      await handle.signal('finish');
      await handle.result();
    });
    const [run] = await recordedRuns(harness.client, taskQueue, handle.firstExecutionRunId);
    deepEqual([markersOf(run?.history ?? {}), taskFailures(run?.history ?? {})], [['absent'], []]);
    deepEqual(harness.receiver.trace(traceIdOf(handle.firstExecutionRunId)), []);
  });
});
