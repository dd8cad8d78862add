/**
 * Open runs continue with every later version: recorded histories of each kind of run replay in every supported
 * combination of worker and bundle.
 *
 * `test/histories/<version>` never changes; CONTRIBUTING.md describes how to record the histories of the next version.
 */
import { deepEqual, ok } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { type JobTracingOptions, JobTracingPlugin } from 'temporal-job-tracing';
import { byAge, filesOf, readHistories, recordedVersions, type StoredHistory } from './histories/files';
import { historiesBundle, markersOf } from './support/histories';

const WORKFLOWS_PATH = require.resolve('./histories/workflows');
/** A bundle with another workflow under the name of the controller. */
const OTHER_PATH = require.resolve('./support/workflows/other-job');

// Replays that are expected to fail log much.
Runtime.install({
  logger: new DefaultLogger('ERROR', () => {}),
  telemetryOptions: { logging: { filter: 'off', forward: {} } },
});

const histories = recordedVersions().flatMap((version) => readHistories(version));
/** The histories without those that differ only in the worker that recorded them. */
const distinct = oneOfEach(histories, ({ kind, workflowType, markers, history }) =>
  [kind, workflowType, ...markers, ...history.events.map(({ eventType }) => eventType)].join(),
);
const isUnmarked = ({ markers }: StoredHistory) => markers.length === 0;
/** One history for each sequence of markers. */
const withMarkers = oneOfEach(histories, ({ markers }) => markers.join()).filter((one) => !isUnmarked(one));

function oneOfEach(all: readonly StoredHistory[], keyOf: (one: StoredHistory) => string): StoredHistory[] {
  return [...new Map(all.map((one) => [keyOf(one), one])).values()];
}

interface ReplayOptions {
  /** The worker's options of the plugin; `null`: without it. */
  readonly plugin: JobTracingOptions | null;
  /** The bundle's options of the plugin; `null`: without it. @default the worker's */
  readonly bundle?: JobTracingOptions | null;
}

/** Replays the histories; returns the errors, by the name of the history. */
async function replay(
  { plugin, bundle = plugin }: ReplayOptions,
  replayed: readonly StoredHistory[],
  workflowsPath = WORKFLOWS_PATH,
): Promise<Map<string, Error>> {
  const options = {
    workflowBundle: await historiesBundle(bundle, workflowsPath),
    ...(plugin && { plugins: [new JobTracingPlugin(plugin)] }),
  };
  const problems = new Map<string, Error>();
  let index = 0;
  // Results come in the order of the histories.
  for await (const { error } of Worker.runReplayHistories(options, replayed)) {
    const name = replayed[index++]?.name ?? '';
    if (error) problems.set(name, error);
  }
  return problems;
}

describe('the recorded histories', () => {
  it('match their manifests', () => {
    ok(histories.length > 0);
    for (const version of recordedVersions()) {
      const listed = histories.filter((history) => history.version === version);
      deepEqual(listed.map(({ file }) => file).sort(), filesOf(version));
    }
    for (const { name, history, workflowType, markers } of histories) {
      const started = history.events[0]?.workflowExecutionStartedEventAttributes;
      deepEqual([markersOf(history), started?.workflowType?.name], [markers, workflowType], name);
    }
  });

  it('are sorted by version, as numbers', () => {
    deepEqual(['0.10.0', '0.2.0', '0.2.0-beta', '0.2.0-alpha', '0.1.0'].sort(byAge), [
      '0.1.0',
      '0.2.0-alpha',
      '0.2.0-beta',
      '0.2.0',
      '0.10.0',
    ]);
  });

  it('contain every marker', () => {
    deepEqual([...new Set(histories.flatMap(({ markers }) => markers))].sort(), [
      'absent',
      'after-failure',
      'capped',
      'default',
      'inherited',
      'inherited-unsampled',
      'kept-failed',
      'kept-slow',
      'manual',
      'reservoir',
      'rule',
      'signal',
      'unbound',
      'unbound-given',
      'unsampled',
    ]);
  });

  it('replay with the plugin', async () => {
    deepEqual(await replay({ plugin: {} }, histories), new Map());
  });

  it('replay with enabled: false', async () => {
    deepEqual(await replay({ plugin: { enabled: false } }, distinct), new Map());
  });

  it('replay without the plugin where they have no marker', async () => {
    deepEqual(await replay({ plugin: null }, distinct.filter(isUnmarked)), new Map());
  });

  const others: Record<string, ReplayOptions> = {
    'sampling 0': { plugin: { sampling: { default: { ratio: 0, keepSlow: { overMs: 1_000 } } } } },
    "bind: 'sampled'": { plugin: { bind: 'sampled', sampling: { default: 0 } } },
    'another runNowSignal, nobody who may force, and links': {
      plugin: { runNowSignal: 'finish', acceptForced: [], traceUrl: 'http://localhost/{traceId}' },
    },
    'a bundle that has the plugin, on a worker without it': { plugin: null, bundle: {} },
  };
  for (const [what, options] of Object.entries(others))
    it(`replay with ${what}`, async () => {
      deepEqual(await replay(options, distinct), new Map());
    });

  it('replay with a bundle without the plugin, on a worker with it, where they have no marker', async () => {
    deepEqual(await replay({ plugin: {}, bundle: null }, distinct.filter(isUnmarked)), new Map());
  });

  it('do not replay without the plugin where they have one', async () => {
    const problems = await replay({ plugin: null }, withMarkers);
    deepEqual(
      [...problems.keys()],
      withMarkers.map(({ name }) => name),
    );
    for (const [name, error] of problems) ok(error instanceof DeterminismViolationError, `${name}: ${error}`);
  });

  it('do not replay with workflows that do something else', async () => {
    const controllers = histories.filter(({ workflowType }) => workflowType === 'scheduledJob');
    const problems = await replay({ plugin: null }, controllers, OTHER_PATH);
    deepEqual(
      [...problems.keys()],
      controllers.map(({ name }) => name),
    );
  });
});
