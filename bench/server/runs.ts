/** Runs on the server: many at a time, how long each took, and what its history holds. */
import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';

export interface Workload {
  readonly name: string;
  readonly type: string;
  /** Runs of one variant in one round: few, so that a disturbance that lasts falls on all variants alike. */
  readonly runs: number;
  readonly rounds: number;
}

export const WORKLOADS: readonly Workload[] = [
  { name: 'one activity', type: 'oneActivity', runs: 6, rounds: 220 },
  { name: 'five activities, two children', type: 'family', runs: 3, rounds: 90 },
];

/** Runs that are on their way at the same time. */
const CONCURRENCY = 3;

/** Starts runs, waits for their ends, and tells how long each took, in milliseconds. */
export async function runAll(client: Client, taskQueue: string, { type, runs }: Workload): Promise<number[]> {
  const took: number[] = [];
  let left = runs;
  const lane = async () => {
    while (left-- > 0) {
      const started = performance.now();
      await client.workflow.execute(type, { taskQueue, workflowId: randomUUID() });
      took.push(performance.now() - started);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, lane));
  return took;
}

/** What a history costs. */
export interface HistorySize {
  readonly events: number;
  readonly bytes: number;
}

/** The histories of a run and, if it has children, of one of them. */
export interface HistorySizes {
  readonly run: HistorySize;
  readonly child?: HistorySize;
}

/** Runs whose histories are read: one that needed a workflow task more, by chance, says nothing of a plugin. */
const HISTORIES = 5;

/** Of the runs that were read, that with the fewest events. */
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
