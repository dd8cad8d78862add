/**
 * Open watchers and incidents continue with a new version of the plugin: recorded histories of earlier versions replay.
 *
 * `histories/<version>/alerts` never changes; `npm run record-histories` records those of the next version.
 */
import { deepEqual, ok } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { ALERT_KINDS } from './histories/alert-kinds';
import { filesOf, readHistories, recordedVersions } from './histories/files';
import { workflowBundle } from './support/bundles';

const WORKFLOWS = require.resolve('../alerts/workflows/index');
const OTHERS = require.resolve('./support/workflows/other-alerts');
/** Recorded before there was a list of kinds. */
const EARLIEST = '0.1.0-alpha';

const versions = recordedVersions('alerts');
const histories = versions.flatMap((version) => readHistories(version, 'alerts'));

// Replays that are expected to fail log much.
Runtime.install({
  logger: new DefaultLogger('ERROR', () => {}),
  telemetryOptions: { logging: { filter: 'off', forward: {} } },
});

/** Returns the names of the histories that do not replay. */
async function failures(workflowsPath: string): Promise<string[]> {
  const failed: string[] = [];
  const bundle = await workflowBundle({ workflowsPath });
  let index = 0;
  // Results come in the order of the histories.
  for await (const { error } of Worker.runReplayHistories({ workflowBundle: bundle }, histories)) {
    const name = histories[index++]?.name ?? '';
    if (error) failed.push(name);
  }
  return failed;
}

describe('recorded histories of watchers, incidents and groups', () => {
  it('are as their manifests have them', () => {
    for (const version of versions)
      deepEqual(
        readHistories(version, 'alerts')
          .map(({ file }) => file)
          .sort(),
        filesOf(version, 'alerts'),
      );
    for (const { name, history, workflowType } of histories)
      deepEqual(
        history.events[0]?.workflowExecutionStartedEventAttributes?.workflowType?.name,
        workflowType,
        name,
      );
  });

  it('cover everything that they do', () => {
    const newest = versions.filter((version) => version !== EARLIEST).at(-1) ?? '';
    const kinds = new Set(readHistories(newest, 'alerts').map(({ kind }) => kind));
    deepEqual([...kinds].sort(), Object.keys(ALERT_KINDS).sort());
    const types = histories.flatMap(({ history }) => history.events.map(({ eventType }) => eventType));
    ok(new Set(types).size >= 15, `${new Set(types).size} types of events`);
  });

  it('replay', async () => {
    deepEqual(await failures(WORKFLOWS), []);
  });

  it('do not replay with workflows that do something else', async () => {
    deepEqual(
      await failures(OTHERS),
      histories.map(({ name }) => name),
    );
  });
});
