/**
 * Runs of every kind, from their start to their end, and their histories.
 */
import { deepEqual } from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import type { Client, WorkflowHandle } from '@temporalio/client';
import type { RetryPolicy } from '@temporalio/common';
import type { History } from '@temporalio/common/lib/proto-utils';
import { type JobTracingOptions, JobTracingPlugin } from 'temporal-job-tracing';
import type { OtlpReceiver } from '../../testing/otlp-receiver';
import type { ReceivedSpan } from '../../testing/otlp-span';
import { incomplete, leaves } from '../../testing/otlp-trace';
import { until } from '../../testing/until';
import { type Bundle, workflowBundle } from './bundles';
import { ask, close } from './workflows/histories';

export const HISTORIES_PATH = require.resolve('./workflows/histories');

/** Returns the bundle of the workflows for these options of the plugin; `null`: without the plugin. */
export function historiesBundle(
  plugin: JobTracingOptions | null = {},
  workflowsPath = HISTORIES_PATH,
): Promise<Bundle> {
  return workflowBundle({ workflowsPath, plugins: plugin ? [new JobTracingPlugin(plugin)] : [] });
}

interface Kind {
  readonly type: string;
  readonly args?: unknown[];
  readonly retry?: RetryPolicy;
  /** Signal of a signal-with-start. */
  readonly signal?: string;
  /** Sends the signals, updates and cancellations that the run needs to close. */
  readonly drive?: (handle: WorkflowHandle) => Promise<unknown>;
}

const RETRY = { maximumAttempts: 2, initialInterval: '50ms' };

/** A run of each kind, by name. */
export const KINDS: Readonly<Record<string, Kind>> = {
  'every command': {
    type: 'everyCommand',
    drive: async (handle) => {
      await handle.executeUpdate(ask);
      await handle.signal(close);
    },
  },
  branches: { type: 'branches' },
  cancelled: {
    type: 'cancellable',
    drive: async (handle) => {
      await firstTaskCompleted(handle);
      await handle.cancel();
    },
  },
  conditions: {
    type: 'waitsTwice',
    drive: async (handle) => {
      await firstTaskCompleted(handle);
      await handle.signal(close);
      await handle.signal(close);
    },
  },
  manual: {
    type: 'waits',
    signal: 'runNow',
    drive: async (handle) => {
      await firstTaskCompleted(handle);
      await handle.signal('finish');
    },
  },
  continued: { type: 'continues', args: [2] },
  retried: { type: 'failsOnce', retry: RETRY },
  family: {
    type: 'parent',
    args: [{ type: 'parent', args: [{ type: 'failsOnce', retry: RETRY }] }],
  },
};

/**
 * Kinds with local activities. They must run one at a time: without a cache, the SDK loses the local activities of a
 * run when the task of another run begins, and retries their task only after its timeout of 10 s.
 */
export const LOCAL_KINDS: Readonly<Record<string, Kind>> = {
  'local activities': { type: 'localActivities' },
  'local back-off': { type: 'localBackoff' },
};

/** Waits until the run has completed its first workflow task. */
export async function firstTaskCompleted(handle: Pick<WorkflowHandle, 'fetchHistory'>): Promise<void> {
  const isCompleted = ({ events }: History) =>
    events?.some(({ workflowTaskCompletedEventAttributes: task }) => task != null);
  await until(async () => isCompleted(await handle.fetchHistory()), {
    says: 'no workflow task was completed',
  });
}

/** One run and its history. */
export interface RecordedRun {
  readonly workflowId: string;
  readonly runId: string;
  readonly history: History;
}

/** Starts a run of a kind and waits until it has closed; returns it with its later runs and its children. */
export async function runToEnd(
  client: Client,
  taskQueue: string,
  workflowId: string,
  { type, args = [], retry, signal, drive }: Kind,
): Promise<RecordedRun[]> {
  const start = { args, taskQueue, workflowId, ...(retry && { retry }) };
  const handle = await (signal
    ? client.workflow.signalWithStart(type, { ...start, signal })
    : client.workflow.start(type, start));
  await drive?.(handle);
  // Runs may also be cancelled or fail; the tests check their histories.
  await handle.result().catch(() => {});
  const runId = 'signaledRunId' in handle ? handle.signaledRunId : handle.firstExecutionRunId;
  return recordedRuns(client, workflowId, runId);
}

/** Runs one run of each kind in each round, all at the same time. */
export async function runKinds(
  client: Client,
  taskQueue: string,
  ...rounds: readonly string[]
): Promise<RecordedRun[]> {
  const runs = rounds.flatMap((round) =>
    Object.entries(KINDS).map(([name, kind]) => runToEnd(client, taskQueue, `${round} ${name}`, kind)),
  );
  return (await Promise.all(runs)).flat();
}

/** Runs one run of each kind with local activities in each round, one after the other. */
export async function runLocalKinds(
  client: Client,
  taskQueue: string,
  ...rounds: readonly string[]
): Promise<RecordedRun[]> {
  const all: RecordedRun[] = [];
  for (const round of rounds)
    for (const [name, kind] of Object.entries(LOCAL_KINDS))
      all.push(...(await runToEnd(client, taskQueue, `${round} ${name}`, kind)));
  return all;
}

/** Runs one run of each kind, those with local activities last. */
export async function runEveryKind(client: Client, taskQueue: string, round: string): Promise<RecordedRun[]> {
  return [...(await runKinds(client, taskQueue, round)), ...(await runLocalKinds(client, taskQueue, round))];
}

/** Waits for the first `count` ticks of a cron workflow, then terminates it; returns the ticks' histories. */
export async function ticksOf(
  client: Client,
  workflowId: string,
  firstRunId: string,
  count: number,
): Promise<RecordedRun[]> {
  const ticks: RecordedRun[] = [];
  let runId: string | null | undefined = firstRunId;
  while (runId && ticks.length < count) {
    const handle: WorkflowHandle = client.workflow.getHandle(workflowId, runId, { followRuns: false });
    // A tick closes as continued-as-new, which the client reports as an error.
    await handle.result().catch(() => {});
    const history = await handle.fetchHistory();
    ticks.push({ workflowId, runId, history });
    runId = nextRunOf(history);
  }
  await client.workflow.getHandle(workflowId).terminate();
  return ticks;
}

/** Returns the histories of the run, of the runs that continue it, and of its children. */
export async function recordedRuns(
  client: Client,
  workflowId: string,
  runId: string,
): Promise<RecordedRun[]> {
  const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
  const children = (history.events ?? []).flatMap((event) => {
    const child = event.childWorkflowExecutionStartedEventAttributes?.workflowExecution;
    return child?.workflowId && child.runId ? [recordedRuns(client, child.workflowId, child.runId)] : [];
  });
  const next = nextRunOf(history);
  if (next) children.push(recordedRuns(client, workflowId, next));
  return [{ workflowId, runId, history }, ...(await Promise.all(children)).flat()];
}

/** Returns the run id of the retry, the continuation or the next tick. */
function nextRunOf({ events }: History): string | undefined {
  const last = events?.at(-1);
  return (
    last?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId ||
    last?.workflowExecutionFailedEventAttributes?.newExecutionRunId ||
    last?.workflowExecutionCompletedEventAttributes?.newExecutionRunId ||
    undefined
  );
}

/**
 * Asserts that the trace is complete and that its spans without children ({@link leaves}) are these, in any order.
 *
 * @param problems expected results of {@link incomplete}, for a trace that is not complete
 */
export async function expectLeaves(
  receiver: OtlpReceiver,
  traceId: string,
  expected: readonly string[],
  problems: readonly string[] = [],
): Promise<void> {
  const sorted = [...expected].sort();
  const isThere = (trace: readonly ReceivedSpan[]) => isDeepStrictEqual(leaves(trace), sorted);
  // Services export their spans at intervals, so some may arrive later.
  const trace = await receiver.waitFor(traceId, isThere).catch(() => receiver.trace(traceId));
  deepEqual(leaves(trace), sorted);
  deepEqual(incomplete(trace), problems);
}

/** Returns the messages of the failed workflow tasks. */
export function taskFailures({ events }: History): string[] {
  return (events ?? []).flatMap(({ workflowTaskFailedEventAttributes: failed }) =>
    failed ? [failed.failure?.message ?? String(failed.cause)] : [],
  );
}

/** Returns the ids of the plugin's patch markers in the history, without their prefix. */
export function markersOf({ events }: History): string[] {
  return (events ?? []).flatMap(({ markerRecordedEventAttributes: marker }) => {
    const data = marker?.details?.['patch-data']?.payloads?.[0]?.data;
    return /job-tracing:([\w-]+)/.exec(Buffer.from(data ?? []).toString())?.[1] ?? [];
  });
}
