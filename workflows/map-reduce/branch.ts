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
import { defined } from '../../core/util/defined';
import { versionAsItsRun } from '../versioning';
import type { BranchInput, BranchSignal } from './branch-input';
import { type ItemPage, mapReduceError } from './options';
import { OrderedFold } from './ordered-fold';
import { pageOf, readPages } from './pages';
import { shardsOfItems, shardsOfRange } from './parts';
import { MAX_BRANCH_SHARDS } from './plan';
import { reducerOf } from './reduce';
import { showInDetails, writeToRootSpan } from './run-notes';
import { type Shard, type ShardEvents, startShard } from './shard';
import { type BranchReport, type ShardFailure, Tally } from './tally';
import { runInWindow } from './window';

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
  tally.addPlanned(shards.length);
  showInDetails(tally);
  try {
    const events = shardEvents(input, tally, fold);
    await runInWindow(shards, input.window, (shard, onEnd) => startShard(input, shard, events, onEnd));
    return tally.report(fold.result);
  } catch (error) {
    if (error instanceof TemporalFailure)
      await CancellationScope.nonCancellable(() => signalRun(input, { report: tally.report() }));
    throw error;
  } finally {
    writeToRootSpan(tally);
  }
};

versionAsItsRun(mapReduceBranch);

/** Counts each shard that ends, and reduces its result; a failed one may stop the branch. */
function shardEvents(
  { work, stopOnFailure }: BranchInput,
  tally: Tally,
  fold: OrderedFold<unknown>,
): ShardEvents {
  const positionOf = (index: number) => index - work.index;
  return {
    onSucceeded(index, value) {
      tally.count('succeeded');
      fold.set(positionOf(index), { value });
    },
    onFailed(failure, error) {
      tally.count('failed', failure);
      if (stopOnFailure) throw shardFailed(failure, error);
      fold.set(positionOf(failure.index), undefined);
    },
    onCancelled(index) {
      tally.count('cancelled');
      fold.set(positionOf(index), undefined);
    },
  };
}

async function shardsOf(input: BranchInput): Promise<readonly Shard[]> {
  const { work, shardSize, naming } = input;
  if ('from' in work) return [...shardsOfRange(work.from, work.to, work.index, shardSize, naming)];
  if ('items' in work) return [...shardsOfItems(work.items, work.index, shardSize, naming)];
  const { items, next } = await readPages(pageReader(input), work.position, shardSize, MAX_BRANCH_SHARDS);
  const shards = [...shardsOfItems(items, work.index, shardSize, naming)];
  await signalRun(input, { read: defined({ shards: shards.length, next }) });
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

/** Sends the run a {@link BranchSignal}; ignored if the run has ended. */
async function signalRun({ signal }: BranchInput, content: Omit<BranchSignal, 'runId'>): Promise<void> {
  const { parent, firstExecutionRunId } = workflowInfo();
  if (parent === undefined) return;
  // Addressed without a run id, since a reset changes it.
  const run = getExternalWorkflowHandle(parent.workflowId);
  const sent: BranchSignal = { runId: firstExecutionRunId, ...content };
  await run.signal(signal, sent).catch(() => {});
}

function shardFailed({ index, label }: ShardFailure, cause: Error): ApplicationFailure {
  return ApplicationFailure.create({
    message: `shard ${index} (${label}) failed`,
    type: SHARD_FAILED,
    cause,
  });
}
