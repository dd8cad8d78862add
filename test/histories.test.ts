/**
 * Runs go on with every later version: histories that earlier versions recorded, of each kind of run, replay in every
 * combination in which that is promised.
 *
 * `test/histories/<version>` is never changed; CONTRIBUTING.md says how the next version records its own.
 */
import { deepEqual, ok } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { type JobTracingOptions, JobTracingPlugin } from 'temporal-job-tracing';
import { filesOf, readHistories, recordedVersions, type StoredHistory } from './histories/files';
import { historiesBundle, markersOf } from './support/histories';

const WORKFLOWS_PATH = require.resolve('./histories/workflows');
/** A controller of scheduled jobs that does something else. */
const OTHER_PATH = require.resolve('./support/workflows/other-job');

// What a replay that is meant to fail logs is long.
Runtime.install({
  logger: new DefaultLogger('ERROR', () => {}),
  telemetryOptions: { logging: { filter: 'off', forward: {} } },
});

const histories = recordedVersions().flatMap((version) => readHistories(version));
/** One of those that are alike, whichever worker recorded them. */
const distinct = oneOfEach(histories, ({ kind, workflowType, markers, history }) =>
  [kind, workflowType, ...markers, ...history.events.map(({ eventType }) => eventType)].join(),
);
const isUnmarked = ({ markers }: StoredHistory) => markers.length === 0;
/** One for each sequence of markers. */
const marked = oneOfEach(histories, ({ markers }) => markers.join()).filter((one) => !isUnmarked(one));

function oneOfEach(all: readonly StoredHistory[], keyOf: (one: StoredHistory) => string): StoredHistory[] {
  return [...new Map(all.map((one) => [keyOf(one), one])).values()];
}

interface Replaying {
  /** The worker's options of the plugin; `null`: without it. */
  readonly plugin: JobTracingOptions | null;
  /** The same for the bundle. @default as the worker's */
  readonly bundle?: JobTracingOptions | null;
}

/** What went wrong in the replays, by history. */
async function replay(
  { plugin, bundle = plugin }: Replaying,
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

  const others: Record<string, Replaying> = {
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
    const problems = await replay({ plugin: null }, marked);
    deepEqual(
      [...problems.keys()],
      marked.map(({ name }) => name),
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
