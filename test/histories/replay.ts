/** Replays recorded histories with the workflows that recorded them. */
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { type JobTracingOptions, JobTracingPlugin } from 'temporal-job-tracing';
import { historiesBundle } from '../support/histories';
import { readHistories, recordedVersions, type StoredHistory } from './files';

const WORKFLOWS_PATH = require.resolve('./workflows');

// Replays that are expected to fail log much.
Runtime.install({
  logger: new DefaultLogger('ERROR', () => {}),
  telemetryOptions: { logging: { filter: 'off', forward: {} } },
});

export const histories: readonly StoredHistory[] = recordedVersions().flatMap((version) =>
  readHistories(version),
);
/** The histories without those that differ only in the worker that recorded them. */
export const distinct = oneOfEach(histories, ({ kind, workflowType, markers, history }) =>
  [kind, workflowType, ...markers, ...history.events.map(({ eventType }) => eventType)].join(),
);

export function isUnmarked({ markers }: StoredHistory): boolean {
  return markers.length === 0;
}

/** Returns one history for each value of `keyOf`. */
export function oneOfEach(
  all: readonly StoredHistory[],
  keyOf: (one: StoredHistory) => string,
): StoredHistory[] {
  return [...new Map(all.map((one) => [keyOf(one), one])).values()];
}

export interface ReplayOptions {
  /** The worker's options of the plugin; `null`: without it. */
  readonly plugin: JobTracingOptions | null;
  /** The bundle's options of the plugin; `null`: without it. @default the worker's */
  readonly bundle?: JobTracingOptions | null;
}

/** Replays the histories; returns the errors, by the name of the history. */
export async function replay(
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
