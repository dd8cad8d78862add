/**
 * `Worker.runReplayHistory`: histories without the plugin replay with it, histories with its markers replay with it
 * under all options, and without it they fail, as with any patch.
 */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { type JobTracingOptions, JobTracingPlugin } from 'temporal-job-tracing';
import { Harness } from './support/harness';
import { historiesBundle, markersOf, type RecordedRun, runEveryKind } from './support/histories';

/** Replays the histories; returns the errors, by workflow id. */
type Problems = Record<string, Error>;

describe('Worker.runReplayHistory', () => {
  let harness: Harness;
  /** Histories that were recorded with the plugin, with ratio 0, and without the plugin. */
  let sampled: RecordedRun[];
  let unsampled: RecordedRun[];
  let plain: RecordedRun[];

  before(async () => {
    harness = await Harness.start();
    const record = async (plugin: JobTracingOptions | null) =>
      harness.whileWorking(
        { plugin, options: { workflowBundle: await historiesBundle(plugin) } },
        (taskQueue) => runEveryKind(harness.client, taskQueue, taskQueue),
      );
    [sampled, unsampled, plain] = await Promise.all([
      record({}),
      record({ sampling: { default: 0 } }),
      record(null),
    ]);
  });
  after(() => harness?.stop());

  async function replay(
    plugin: JobTracingOptions | null,
    histories: readonly RecordedRun[],
  ): Promise<Problems> {
    const options = {
      workflowBundle: await historiesBundle(plugin),
      ...(plugin && { plugins: [new JobTracingPlugin(plugin)] }),
    };
    const problems: Problems = {};
    for await (const { workflowId, error } of Worker.runReplayHistories(options, histories))
      if (error) problems[workflowId] = error;
    return problems;
  }

  it('the histories contain what must be replayed', () => {
    const isChild = ({ workflowId }: RecordedRun) => workflowId.endsWith('-child');
    for (const { workflowId, history } of plain) deepEqual(markersOf(history), [], workflowId);
    for (const run of sampled) equal(markersOf(run.history).length, isChild(run) ? 0 : 1, run.workflowId);
    // A failed run is tail-sampled, which adds a second marker.
    for (const run of unsampled) {
      const decisions = markersOf(run.history).filter((marker) => marker !== 'kept-failed');
      equal(decisions.length, isChild(run) ? 0 : 1, run.workflowId);
    }
    ok(plain.length >= 15, `${plain.length} histories`);
  });

  it('with the plugin: histories recorded without it', async () => {
    deepEqual(await replay({}, plain), {});
  });

  it('with the plugin: histories recorded with it', async () => {
    deepEqual(await replay({}, [...sampled, ...unsampled]), {});
  });

  const changes: Record<string, JobTracingOptions> = {
    'enabled: false': { enabled: false },
    'sampling 0': { sampling: { default: 0 } },
    'another runNowSignal, and links': { runNowSignal: 'close', traceUrl: 'http://localhost/{traceId}' },
    'nobody may force': { acceptForced: [] },
    "bind: 'sampled'": { bind: 'sampled' },
  };
  for (const [change, options] of Object.entries(changes))
    it(`with the plugin: histories of other options, after ${change}`, async () => {
      deepEqual(await replay(options, [...sampled, ...unsampled, ...plain]), {});
    });

  it('without the plugin: histories recorded without it, and those of children', async () => {
    const children = sampled.filter(({ history }) => markersOf(history).length === 0);
    ok(children.length > 0);
    deepEqual(await replay(null, [...plain, ...children]), {});
  });

  it('without the plugin: a history with a marker is a determinism violation', async () => {
    // One history per marker, since the SDK logs much for a failed replay.
    const marked = new Map([...sampled, ...unsampled].map((run) => [markersOf(run.history).join(), run]));
    marked.delete('');
    deepEqual([...marked.keys()].sort(), [
      'after-failure',
      'default',
      'inherited',
      'inherited-unsampled',
      'manual',
      'unsampled',
      'unsampled,kept-failed',
    ]);
    const problems = Object.values(await replay(null, [...marked.values()]));
    equal(problems.length, new Set([...marked.values()].map(({ workflowId }) => workflowId)).size);
    for (const error of problems) ok(error instanceof DeterminismViolationError, String(error));
  });
});
