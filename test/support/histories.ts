/**
 * Runs of every kind, begun and driven to their end, and what their histories say.
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

/** The bundle of the workflows for these options of the plugin; `null`: without it. */
export function bundleOf(
  plugin: JobTracingOptions | null = {},
  workflowsPath = HISTORIES_PATH,
): Promise<Bundle> {
  return workflowBundle({ workflowsPath, plugins: plugin ? [new JobTracingPlugin(plugin)] : [] });
}

interface Kind {
  readonly type: string;
  readonly args?: unknown[];
  readonly retry?: RetryPolicy;
  /** A signal that comes with the start. */
  readonly signal?: string;
  /** What the run needs to end. */
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
      await beginning(handle);
      await handle.cancel();
    },
  },
  conditions: {
    type: 'waitsTwice',
    drive: async (handle) => {
      await beginning(handle);
      await handle.signal(close);
      await handle.signal(close);
    },
  },
  manual: {
    type: 'waits',
    signal: 'runNow',
    drive: async (handle) => {
      await beginning(handle);
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
 * The same with local activities; to be run one at a time: without a cache the SDK loses the local activities
 * of one run when the task of another begins, and tries their task again only when it has timed out, 10 s later.
 */
export const LOCAL_KINDS: Readonly<Record<string, Kind>> = {
  'local activities': { type: 'localActivities' },
  'local back-off': { type: 'localBackoff' },
};

/** Waits until the run's first workflow task is behind it. */
export async function beginning(handle: Pick<WorkflowHandle, 'fetchHistory'>): Promise<void> {
  const isBegun = ({ events }: History) =>
    events?.some(({ workflowTaskCompletedEventAttributes: task }) => task != null);
  await until(async () => isBegun(await handle.fetchHistory()), { says: 'no workflow task was completed' });
}

/** One run and its history. */
export interface Recorded {
  readonly workflowId: string;
  readonly runId: string;
  readonly history: History;
}

/** Starts a run of a kind and waits until it has ended; returns it with all runs that came of it. */
export async function runToEnd(
  client: Client,
  taskQueue: string,
  workflowId: string,
  { type, args = [], retry, signal, drive }: Kind,
): Promise<Recorded[]> {
  const start = { args, taskQueue, workflowId, ...(retry && { retry }) };
  const handle = await (signal
    ? client.workflow.signalWithStart(type, { ...start, signal })
    : client.workflow.start(type, start));
  await drive?.(handle);
  // A cancelled run has ended, too; what ended badly is seen in the histories.
  await handle.result().catch(() => {});
  const runId = 'signaledRunId' in handle ? handle.signaledRunId : handle.firstExecutionRunId;
  return recorded(client, workflowId, runId);
}

/** Runs one of each kind in each of the rounds, at the same time. */
export async function runKinds(
  client: Client,
  taskQueue: string,
  ...rounds: readonly string[]
): Promise<Recorded[]> {
  const runs = rounds.flatMap((round) =>
    Object.entries(KINDS).map(([name, kind]) => runToEnd(client, taskQueue, `${round} ${name}`, kind)),
  );
  return (await Promise.all(runs)).flat();
}

/** Runs one of each kind with local activities in each of the rounds, one after the other. */
export async function runLocalKinds(
  client: Client,
  taskQueue: string,
  ...rounds: readonly string[]
): Promise<Recorded[]> {
  const all: Recorded[] = [];
  for (const round of rounds)
    for (const [name, kind] of Object.entries(LOCAL_KINDS))
      all.push(...(await runToEnd(client, taskQueue, `${round} ${name}`, kind)));
  return all;
}

/** Runs one of each kind, those with local activities at last. */
export async function runEveryKind(client: Client, taskQueue: string, round: string): Promise<Recorded[]> {
  return [...(await runKinds(client, taskQueue, round)), ...(await runLocalKinds(client, taskQueue, round))];
}

/** Waits for the ticks of a cron, as many as asked for, and ends it. */
export async function ticksOf(
  client: Client,
  workflowId: string,
  firstRunId: string,
  count: number,
): Promise<Recorded[]> {
  const ticks: Recorded[] = [];
  let runId: string | null | undefined = firstRunId;
  while (runId && ticks.length < count) {
    const handle: WorkflowHandle = client.workflow.getHandle(workflowId, runId, { followRuns: false });
    // It ends as continued as new, which the client takes for an error.
    await handle.result().catch(() => {});
    const history = await handle.fetchHistory();
    ticks.push({ workflowId, runId, history });
    runId = nextRunOf(history);
  }
  await client.workflow.getHandle(workflowId).terminate();
  return ticks;
}

/** The run, the runs that it went on as, and its children. */
export async function recorded(client: Client, workflowId: string, runId: string): Promise<Recorded[]> {
  const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
  const children = (history.events ?? []).flatMap((event) => {
    const child = event.childWorkflowExecutionStartedEventAttributes?.workflowExecution;
    return child?.workflowId && child.runId ? [recorded(client, child.workflowId, child.runId)] : [];
  });
  const next = nextRunOf(history);
  if (next) children.push(recorded(client, workflowId, next));
  return [{ workflowId, runId, history }, ...(await Promise.all(children)).flat()];
}

/** Run id of the retry, the continuation or the next tick. */
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
 * Expects a complete trace with these spans without children ({@link leaves}); times and order do not count.
 *
 * @param problems of a trace that is not ({@link incomplete})
 */
export async function expectLeaves(
  receiver: OtlpReceiver,
  traceId: string,
  expected: readonly string[],
  problems: readonly string[] = [],
): Promise<void> {
  const wanted = [...expected].sort();
  const isThere = (trace: readonly ReceivedSpan[]) => isDeepStrictEqual(leaves(trace), wanted);
  // Services send their spans on their own time: what is not there yet may still come.
  const trace = await receiver.waitFor(traceId, isThere).catch(() => receiver.trace(traceId));
  deepEqual(leaves(trace), wanted);
  deepEqual(incomplete(trace), problems);
}

/** Messages of the workflow tasks that failed. */
export function taskFailures({ events }: History): string[] {
  return (events ?? []).flatMap(({ workflowTaskFailedEventAttributes: failed }) =>
    failed ? [failed.failure?.message ?? String(failed.cause)] : [],
  );
}

/** Our markers in the history, without their prefix. */
export function markersOf({ events }: History): string[] {
  return (events ?? []).flatMap(({ markerRecordedEventAttributes: marker }) => {
    const data = marker?.details?.['patch-data']?.payloads?.[0]?.data;
    return /job-tracing:([\w-]+)/.exec(Buffer.from(data ?? []).toString())?.[1] ?? [];
  });
}
