/** Runs workflows on the server, several at a time, and reads durations and sizes of histories. */
import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';

/** A kind of run, and how many of them are measured. */
export interface Workload {
  readonly name: string;
  /** Workflow type. */
  readonly type: string;
  /** Runs of one variant in one round: few, so that a lasting disturbance affects all variants alike. */
  readonly runs: number;
  readonly rounds: number;
}

/** The measured kinds of runs. */
export const WORKLOADS: readonly Workload[] = [
  { name: 'one activity', type: 'oneActivity', runs: 6, rounds: 220 },
  { name: 'five activities, two children', type: 'family', runs: 3, rounds: 90 },
];

/** Concurrent runs. */
const CONCURRENCY = 3;

/** Starts runs and waits for their ends; returns the duration of each, in milliseconds. */
export async function runAll(client: Client, taskQueue: string, { type, runs }: Workload): Promise<number[]> {
  const took: number[] = [];
  let left = runs;
  const slot = async () => {
    while (left-- > 0) {
      const started = performance.now();
      await client.workflow.execute(type, { taskQueue, workflowId: randomUUID() });
      took.push(performance.now() - started);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, slot));
  return took;
}

/** Size of a history. */
export interface HistorySize {
  readonly events: number;
  readonly bytes: number;
}

/** The histories of a run and, if it has children, of one of them. */
export interface HistorySizes {
  readonly run: HistorySize;
  readonly child?: HistorySize;
}

/** Number of runs whose histories are read, since a single one may have needed an additional workflow task. */
const HISTORIES = 5;

/** Returns the sizes of the run with the fewest events. */
export async function historySizes(client: Client, taskQueue: string, type: string): Promise<HistorySizes> {
  const sizes: HistorySizes[] = [];
  for (let index = 0; index < HISTORIES; index++) sizes.push(await historySizesOnce(client, taskQueue, type));
  return sizes.reduce((least, each) => (each.run.events < least.run.events ? each : least));
}

async function historySizesOnce(client: Client, taskQueue: string, type: string): Promise<HistorySizes> {
  const workflowId = randomUUID();
  await client.workflow.execute(type, { taskQueue, workflowId });
  const run = await sizeOf(client, workflowId);
  const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
  const childId = events?.find(({ childWorkflowExecutionStartedEventAttributes: child }) => child)
    ?.childWorkflowExecutionStartedEventAttributes?.workflowExecution?.workflowId;
  return childId ? { run, child: await sizeOf(client, childId) } : { run };
}

async function sizeOf(client: Client, workflowId: string): Promise<HistorySize> {
  const { historyLength, historySize } = await client.workflow.getHandle(workflowId).describe();
  return { events: historyLength, bytes: historySize ?? Number.NaN };
}
