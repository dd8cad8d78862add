/**
 * Open runs continue with every later version: recorded histories of each kind of run replay. In every other supported
 * combination of worker and bundle: `matrix/histories.test.ts`.
 *
 * `test/histories/<version>` never changes; CONTRIBUTING.md describes how to record the histories of the next version.
 */
import { deepEqual, ok } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DeterminismViolationError } from '@temporalio/workflow';
import { byAge, filesOf, recordedVersions } from './histories/files';
import { distinct, histories, isUnmarked, oneOfEach, replay } from './histories/replay';
import { markersOf } from './support/histories';

/** A bundle with another workflow under the name of the controller. */
const OTHER_PATH = require.resolve('./support/workflows/other-job');
/** One history for each sequence of markers. */
const withMarkers = oneOfEach(histories, ({ markers }) => markers.join()).filter((one) => !isUnmarked(one));

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
