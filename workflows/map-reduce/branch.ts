/**
 * The workflow `mapReduceBranch`: runs a part of a MapReduce run's shards, so that no history grows with the
 * number of all shards.
 *
 * Sandbox code. An ordinary child of the run, in the run's trace; its shards have traces of their own.
 */
import { ApplicationFailure, TemporalFailure } from '@temporalio/common';
import {
  CancellationScope,
  getExternalWorkflowHandle,
  proxyActivities,
  workflowInfo,
} from '@temporalio/workflow';
import { versionAsItsRun } from '../versioning';
import type { BranchInput, BranchNews } from './branch-input';
import { type ItemPage, type ItemShard, mapReduceError, type RangeShard } from './options';
import { OrderedFold } from './ordered-fold';
import { pageOf, readPages } from './pages';
import { shardsOfItems, shardsOfRange } from './parts';
import { MAX_BRANCH_SHARDS } from './plan';
import { reducerOf } from './reduce';
import { noteShards, showShards } from './run-notes';
import { launchShard } from './shard';
import { type BranchReport, Tally } from './tally';
import { inWindow } from './window';

/** Failure type of a run that stopped because of a failed shard. */
const SHARD_FAILED = 'ShardFailed';

/**
 * Workflow that runs the shards of one branch. Started only by `mapReduce`; the workflow bundle must export
 * it.
 *
 * @returns how the shards ended, and their reduced result
 * @throws {ApplicationFailure} `ShardFailed` if a shard has failed and `onShardFailure` is `'stop'`
 */
export const mapReduceBranch: (input: never) => Promise<unknown> = async function mapReduceBranch(
  input: BranchInput,
): Promise<BranchReport> {
  const fold = new OrderedFold<unknown>(reducerOf(input.reduce));
  const tally = new Tally();
  const shards = await shardsOf(input);
  tally.planned(shards.length);
  showShards(tally);
  try {
    const end = {
      tally,
      onResult: (index: number, value: unknown) => fold.set(index - input.work.index, { value }),
      onFailure(index: number, label: string, error: Error) {
        if (input.stopOnFailure) throw shardFailed(index, label, error);
        fold.set(index - input.work.index);
      },
      onStop: (index: number) => fold.set(index - input.work.index),
    };
    await inWindow(shards, input.window, (shard, ended) => launchShard(input, shard, end, ended));
    return tally.report(fold.result);
  } catch (error) {
    if (error instanceof TemporalFailure)
      await CancellationScope.nonCancellable(() => tellRun(input, { report: tally.report() }));
    throw error;
  } finally {
    noteShards(tally);
  }
};

versionAsItsRun(mapReduceBranch);

async function shardsOf(input: BranchInput): Promise<readonly (ItemShard<unknown> | RangeShard)[]> {
  const { work, shardSize, naming } = input;
  if ('from' in work) return [...shardsOfRange(work.from, work.to, work.index, shardSize, naming)];
  if ('items' in work) return [...shardsOfItems(work.items, work.index, shardSize, naming)];
  const { items, next } = await readPages(pageReader(input), work.position, shardSize, MAX_BRANCH_SHARDS);
  const shards = [...shardsOfItems(items, work.index, shardSize, naming)];
  await tellRun(input, { read: { shards: shards.length, ...(next && { next }) } });
  return shards;
}

function pageReader({ pages }: BranchInput): (cursor: unknown) => Promise<ItemPage<unknown>> {
  if (pages === undefined) throw mapReduceError('the branch has neither items nor pages');
  const { activity, args = [], ...options } = pages;
  const activities =
    proxyActivities<Record<string, (...args: unknown[]) => Promise<ItemPage<unknown>>>>(options);
  return async (cursor) => {
    const read = activities[activity];
    if (read === undefined) throw mapReduceError(`there is no activity ${activity}`);
    return pageOf(activity, await read(cursor, ...args));
  };
}

/** Signals news to the run; ignored if the run has ended. */
async function tellRun({ signal }: BranchInput, news: Omit<BranchNews, 'runId'>): Promise<void> {
  const { parent, firstExecutionRunId } = workflowInfo();
  if (parent === undefined) return;
  // Addressed without a run id, since a reset changes it.
  const run = getExternalWorkflowHandle(parent.workflowId);
  const told: BranchNews = { runId: firstExecutionRunId, ...news };
  await run.signal(signal, told).catch(() => {});
}

function shardFailed(index: number, label: string, cause: Error): ApplicationFailure {
  return ApplicationFailure.create({
    message: `shard ${index} (${label}) failed`,
    type: SHARD_FAILED,
    cause,
  });
}
