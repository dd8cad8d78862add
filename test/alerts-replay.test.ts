/**
 * Watchers and incidents that are open go on with the next version: histories recorded with earlier ones replay.
 *
 * `support/recorded/alerts` has one for each thing that they do, as the message `temporal.api.history.v1.History`. Add one
 * when their commands change, and leave the old ones.
 */
import { deepEqual, ok } from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { temporal } from '@temporalio/proto';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { workflowBundle } from './support/bundles';

const FOLDER = path.join(__dirname, '../../test/support/recorded/alerts');
const WORKFLOWS = require.resolve('../alerts/workflows/index');
const OTHERS = require.resolve('./support/workflows/other-alerts');

const histories = readdirSync(FOLDER).map((file) => {
  const history = temporal.api.history.v1.History.decode(readFileSync(path.join(FOLDER, file)));
  const started = history.events[0]?.workflowExecutionStartedEventAttributes;
  const runId = started?.originalExecutionRunId ?? '';
  return { name: path.parse(file).name, workflowId: started?.workflowId ?? file, runId, history };
});

Runtime.install({ logger: new DefaultLogger('ERROR') });

/** Names of the histories that do not replay. */
async function failures(workflowsPath: string): Promise<string[]> {
  const failed = new Set<string>();
  const bundle = await workflowBundle({ workflowsPath });
  for await (const { runId, error } of Worker.runReplayHistories({ workflowBundle: bundle }, histories))
    if (error) failed.add(runId);
  return histories.filter(({ runId }) => failed.has(runId)).map(({ name }) => name);
}

describe('recorded histories of watchers, incidents and groups', () => {
  it('are of everything that they do', () => {
    const types = histories.flatMap(({ history }) => history.events.map(({ eventType }) => eventType));
    ok(new Set(types).size >= 15, `${new Set(types).size} types of events`);
    ok(histories.length >= 10, `${histories.length} histories`);
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
