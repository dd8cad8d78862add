/**
 * The workflows of the recorded histories. Frozen: the histories in the folders beside this file must replay with this
 * code, so no workflow here may change, not even the order of two calls. New ones may be added.
 */
import {
  ApplicationFailure,
  CancellationScope,
  condition,
  continueAsNew,
  createNexusServiceClient,
  defineSignal,
  defineUpdate,
  executeChild,
  getExternalWorkflowHandle,
  patched,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
  sleep,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';
import { operation, service } from 'nexus-rpc';
import {
  forEachItem,
  type ItemShard,
  jobInfo,
  type MapReduceOutcome,
  mapReduce,
  type RangeShard,
} from 'temporal-job-tracing/workflow';
import type * as activities from './activities';

export { httpJob, jobTick, mapReduceBranch, scheduledJob } from 'temporal-job-tracing/workflows';

const { accountPage, failBelowAttempt, work } = proxyActivities<typeof activities>({
  startToCloseTimeout: '30s',
  retry: { maximumAttempts: 3, initialInterval: '50ms' },
});
const local = proxyLocalActivities<typeof activities>({
  startToCloseTimeout: '30s',
  localRetryThreshold: '10ms',
  retry: { maximumAttempts: 3, initialInterval: '500ms' },
});

export async function oneActivity(): Promise<string> {
  return work();
}

/** Fails on its first attempt; started with a retry policy it succeeds on the second. */
export async function failsOnce(): Promise<void> {
  await work();
  if (workflowInfo().attempt === 1)
    throw ApplicationFailure.create({ message: 'first attempt', type: 'FirstAttempt' });
}

export async function takes(ms: number, outcome: 'end' | 'fail' = 'end'): Promise<void> {
  await work();
  await sleep(ms);
  if (outcome === 'fail')
    throw ApplicationFailure.create({ message: 'too long a name', type: 'FieldLength' });
}

/** Continues as new this many times. */
export async function continues(times: number): Promise<void> {
  await work();
  if (times > 0) await continueAsNew<typeof continues>(times - 1);
}

interface ChildOptions {
  readonly type?: string;
  readonly args?: unknown[];
  readonly retry?: { maximumAttempts: number; initialInterval: string };
}

/** Starts one child and waits for it. */
export async function parent({
  type = 'oneActivity',
  args = [],
  ...options
}: ChildOptions = {}): Promise<unknown> {
  return executeChild(type, { args, workflowId: `${workflowInfo().workflowId}/child`, ...options });
}

/** Starts a child with a cron schedule, and completes while the child is open. */
export async function cronParent(cronSchedule: string): Promise<void> {
  const workflowId = `${workflowInfo().workflowId}/child`;
  await startChild(oneActivity, { workflowId, cronSchedule, parentClosePolicy: 'ABANDON' });
}

export const finish = defineSignal('finish');
export const greet = defineUpdate<string, [string]>('greet');

/** Waits for the signal `finish`; handles the update `greet` and the signal `runNow`. */
export async function waits(): Promise<string[]> {
  const seen: string[] = [];
  let finished = false;
  setHandler(finish, () => {
    finished = true;
  });
  setHandler(defineSignal('runNow'), () => {
    seen.push('runNow');
  });
  setHandler(greet, async (name) => {
    await work();
    seen.push(name);
    return `hello ${name}`;
  });
  await condition(() => finished);
  return seen;
}

const nudge = defineSignal('nudge');

/** Has activities in parallel, timers, a cancelled scope, a child that signals back, and pending calls at the end. */
export async function everyCommand(): Promise<void> {
  let nudges = 0;
  setHandler(nudge, async () => {
    await sleep(1);
    nudges++;
  });
  const scope = new CancellationScope();
  const cancelled = scope.run(() => sleep('1h')).catch(() => 'cancelled');
  await Promise.all([work(), failBelowAttempt(2), sleep(5), condition(() => false, 10)]);
  scope.cancel();
  await cancelled;
  await executeChild(nudgesParent, { workflowId: `${workflowInfo().workflowId}/child` });
  await condition(() => nudges > 0);
  void work().catch(() => {});
  void sleep('1h').catch(() => {});
}

export async function nudgesParent(): Promise<void> {
  await work();
  const { parent } = workflowInfo();
  if (parent) await getExternalWorkflowHandle(parent.workflowId, parent.runId).signal(nudge);
}

/** Cleans up when it is cancelled, and ends cancelled. */
export async function cancellable(): Promise<void> {
  try {
    await sleep('1h');
  } finally {
    await CancellationScope.nonCancellable(() => work());
  }
}

/** Has local activities alone, in parallel, and with a back-off above the local retry threshold. */
export async function localActivities(): Promise<void> {
  await local.work();
  await sleep(5);
  await Promise.all([local.work(), local.work()]);
  await local.failBelowAttempt(2);
}

/** Draws random numbers that determine the order of its commands, so that any other draw changes it. */
export async function random(): Promise<void> {
  for (let i = 0; i < 16; i++) await (Math.random() < 0.5 ? sleep(1) : work());
}

/** Has a patch of the user. */
export async function changed(): Promise<void> {
  if (patched('a-change-of-the-user')) await work();
  await sleep(1);
  await work();
}

/** Calls `jobInfo()` and returns its values; no command depends on them. */
export async function asksForItsJob(): Promise<string> {
  const before = jobInfo();
  await work();
  return `${before.jobName} ${jobInfo().trigger}`;
}

/** A Nexus service that starts {@link oneActivity} with the workflow id of its input. */
export const jobService = service('jobs', { runJob: operation<string, string>() });

export async function callsNexus(endpoint: string, workflowId: string): Promise<string> {
  const client = createNexusServiceClient({ endpoint, service: jobService });
  return client.executeOperation('runJob', workflowId, { scheduleToCloseTimeout: '20s' });
}

export function sum(left: number, right: number): number {
  return left + right;
}

/** Returns the sum of the numbers in its range. */
export async function sumOfRange({ from, to }: RangeShard): Promise<number> {
  return ((to - from) * (from + to - 1)) / 2;
}

export async function sums(count: number, shardSize: number): Promise<MapReduceOutcome<number>> {
  return mapReduce({ count, shardSize, concurrency: 3, map: sumOfRange, reduce: sum });
}

/** Account -1 fails its shard, -2 fails the first attempt, -3 continues as new. */
export async function accountShard({ items, ...shard }: ItemShard<number>): Promise<number> {
  const { attempt, continuedFromExecutionRunId } = workflowInfo();
  if (items.includes(-3) && !continuedFromExecutionRunId)
    return continueAsNew<typeof accountShard>({ items, ...shard });
  if (items.includes(-2) && attempt === 1)
    throw ApplicationFailure.create({ message: 'not at once', type: 'Later' });
  const done = await forEachItem(
    items,
    (account) => `account ${account}`,
    async (account) => {
      await work();
      if (account === -1) throw ApplicationFailure.nonRetryable('no such account', 'NoAccount');
    },
  );
  return done.length;
}

export async function accounts(
  items: number[],
  onShardFailure: 'continue' | 'stop',
): Promise<MapReduceOutcome<number>> {
  return mapReduce({
    items,
    shardSize: 2,
    label: 'account',
    onShardFailure,
    retry: { maximumAttempts: 2, initialInterval: '50ms' },
    map: accountShard,
    reduce: sum,
  });
}

/** Processes the accounts from 1 to `total`, read page by page, in more than one branch. */
export async function pagedAccounts(total: number, pageSize: number): Promise<MapReduceOutcome<number>> {
  await accountPage(undefined, total, pageSize);
  return mapReduce({
    pages: { activity: 'accountPage', args: [total, pageSize], startToCloseTimeout: '10s' },
    shardSize: 2,
    concurrency: 200,
    map: accountShard,
    reduce: sum,
  });
}

/** Fails every attempt of its first workflow task within a second of the run's start. */
export async function failsItsTask(): Promise<void> {
  const { startTime, unsafe } = workflowInfo();
  if (unsafe.now() - startTime.getTime() < 1_000) throw new Error('not this early');
  await work();
}
