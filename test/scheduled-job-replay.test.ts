/**
 * Jobs that run go on with the next version of their controller: histories recorded with earlier versions replay.
 *
 * `support/recorded` has one for each thing that the controller and its ticks do, as the message
 * `temporal.api.history.v1.History` (in JSON the SDK cannot read them where two copies of protobufjs are installed).
 * Add one (`handle.fetchHistory()`) when their commands change, and leave the old ones.
 */
import { deepEqual, ok } from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { temporal } from '@temporalio/proto';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { JobTracingPlugin } from 'temporal-job-tracing';
import { bundleOf } from './support/histories';
import { SCHEDULED_PATH } from './support/scheduled-jobs';

const FOLDER = path.join(__dirname, '../../test/support/recorded');
const OTHER_PATH = require.resolve('./support/workflows/other-job');

const histories = readdirSync(FOLDER).map((file) => {
  const history = temporal.api.history.v1.History.decode(readFileSync(path.join(FOLDER, file)));
  const started = history.events[0]?.workflowExecutionStartedEventAttributes;
  // Children are named after the workflow, so it is replayed under the id that it had.
  return {
    name: path.parse(file).name,
    workflowId: started?.workflowId ?? file,
    runId: started?.originalExecutionRunId,
    history,
  };
});

Runtime.install({ logger: new DefaultLogger('WARN') });

/** The replays that failed. */
async function replay(plugin: JobTracingPlugin | undefined, workflowsPath: string): Promise<string[]> {
  const options = {
    workflowBundle: await bundleOf(plugin ? {} : null, workflowsPath),
    ...(plugin && { plugins: [plugin] }),
  };
  const failed = new Set<string | null | undefined>();
  for await (const { runId, error } of Worker.runReplayHistories(options, histories))
    if (error) failed.add(runId);
  return histories.filter(({ runId }) => failed.has(runId)).map(({ name }) => name);
}

describe('recorded histories of scheduledJob and its ticks', () => {
  it('are of everything that they do', () => {
    const types = histories.flatMap(({ history }) => history.events.map(({ eventType }) => eventType));
    ok(new Set(types).size >= 20, `${new Set(types).size} types of events`);
    ok(histories.length >= 6, `${histories.length} histories`);
  });

  it('replay', async () => {
    deepEqual(await replay(new JobTracingPlugin(), SCHEDULED_PATH), []);
  });

  it('replay without the plugin', async () => {
    deepEqual(await replay(undefined, SCHEDULED_PATH), []);
  });

  it('do not replay with a controller that does something else', async () => {
    const controllers = histories.map(({ name }) => name).filter((name) => name.startsWith('scheduled-'));
    deepEqual(await replay(undefined, OTHER_PATH), controllers);
  });
});
