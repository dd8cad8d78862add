/**
 * `mapReduce`: does the work of a run in shards, each a child workflow with a trace of its own, through a tree
 * of branches.
 *
 * Sandbox code, called from user code. The run's own history and trace grow with the branches, not with the
 * shards.
 */
import { ApplicationFailure } from '@temporalio/common';
import { ChildWorkflowFailure, workflowInfo } from '@temporalio/workflow';
import { shardPrefix } from '../../core/shard-prefix';
import type { BranchInput } from './branch-input';
import { type BranchPart, BranchTree } from './branch-tree';
import { checkBranchIsExported, exportedName } from './bundle-exports';
import { checkOptions, type MapReduceOptions, mapReduceError } from './options';
import { branchesOfCount, branchesOfItems } from './parts';
import { type BranchPlan, bytesOf, MAX_BRANCHES, MAX_ITEMS_BYTES, planBranches } from './plan';
import { nextCall, noteShards, showShards } from './run-notes';
import type { ShardCounts, ShardFailure, Tally } from './tally';

const BRANCH = 'mapReduceBranch';
const DEFAULT_CONCURRENCY = 50;

/** How a MapReduce run ended. */
export interface MapReduceOutcome<Result> extends ShardCounts {
  /** Of all shards that succeeded, in their order; missing without `reduce`, or if none succeeded. */
  readonly result?: Result;
  /** Shards that there are. */
  readonly shards: number;
  /** Never started, because the run was stopped or cancelled before. */
  readonly skipped: number;
  /** The first shards that failed, at most 20. */
  readonly failures: readonly ShardFailure[];
}

/**
 * Does the work in shards of `shardSize` items, each a child workflow `map` in a trace of its own, and reduces
 * their results. The workflow bundle must export `mapReduceBranch` of `temporal-job-tracing/workflows`.
 *
 * With `onShardFailure: 'continue'` it returns when all shards have ended, also if some have failed.
 *
 * @throws ApplicationFailure `MapReduceOptionError` at once, for options that cannot work; `ShardFailed`, with the
 *   counts as its details and the shard's error as its cause, when a shard has failed and the run is to stop;
 *   `ReduceFailed` when `reduce` threw
 */
export async function mapReduce<Item, Result>(
  options: MapReduceOptions<Item, Result>,
): Promise<MapReduceOutcome<Result>> {
  const plan = planOf(options);
  const tree = new BranchTree(inputOf(options, plan, nextCall()));
  showShards(tree.tally);
  try {
    const known = totalOf(options);
    if (known !== undefined) tree.tally.planned(known);
    await tree.run(partsOf(options, plan, tree), plan.parallel);
  } catch (error) {
    throw stopped(error, tree.tally);
  } finally {
    noteShards(tree.tally);
  }
  const { result } = tree;
  return { ...(result && { result: result.value as Result }), ...outcomeOf(tree.tally) };
}

function planOf<Item, Result>(options: MapReduceOptions<Item, Result>): BranchPlan {
  checkOptions(options);
  checkBranchIsExported(BRANCH);
  const total = totalOf(options);
  const plan = planBranches(options.concurrency ?? DEFAULT_CONCURRENCY, total);
  if (total !== undefined && total > MAX_BRANCHES * plan.shards)
    throw mapReduceError(
      `option 'shardSize': expected at most ${MAX_BRANCHES * plan.shards} shards, got ${total}: make it larger`,
    );
  if ('items' in options && bytesOf(options.items) > MAX_ITEMS_BYTES)
    throw mapReduceError(
      `option 'items': expected at most ${MAX_ITEMS_BYTES} bytes, got more: give 'pages' instead, an activity ` +
        'that pages the items',
    );
  return plan;
}

function totalOf<Item, Result>(options: MapReduceOptions<Item, Result>): number | undefined {
  if ('pages' in options) return undefined;
  const items = 'count' in options ? options.count : options.items.length;
  return Math.ceil(items / options.shardSize);
}

/** What all branches are told. */
function inputOf<Item, Result>(
  options: MapReduceOptions<Item, Result>,
  { window }: BranchPlan,
  call: number,
): Omit<BranchInput, 'branch' | 'work'> {
  const { map, reduce, retry, taskQueue, workflowRunTimeout, label, key } = options;
  const { workflowId, originalExecutionRunId } = workflowInfo();
  const count = totalOf(options);
  const prefix = shardPrefix(workflowId, originalExecutionRunId);
  return {
    prefix: call === 1 ? prefix : `${prefix}${call}:`,
    signal: `temporal-job-tracing:branch:${call}`,
    ...('pages' in options && { pages: options.pages }),
    shardSize: options.shardSize,
    naming: {
      ...(count !== undefined && { count }),
      ...(label !== undefined && { label }),
      ...(key !== undefined && { key }),
    },
    map: typeof map === 'string' ? map : exportedName('map', map),
    ...(reduce && { reduce: exportedName('reduce', reduce) }),
    window,
    stopOnFailure: options.onShardFailure !== 'continue',
    shardRatio: options.shardRatio ?? 1,
    child: {
      ...(retry && { retry }),
      ...(taskQueue !== undefined && { taskQueue }),
      ...(workflowRunTimeout !== undefined && { workflowRunTimeout }),
    },
  };
}

function partsOf<Item, Result>(
  options: MapReduceOptions<Item, Result>,
  { shards }: BranchPlan,
  tree: BranchTree,
): AsyncIterable<BranchPart> | Iterable<BranchPart> {
  if ('pages' in options) return tree.pagedParts();
  const { shardSize } = options;
  const works =
    'count' in options
      ? branchesOfCount(options.count, shardSize, shards)
      : branchesOfItems(options.items, shardSize, shards);
  return numbered(works);
}

function* numbered(works: Iterable<BranchPart['work']>): Generator<BranchPart> {
  let branch = 0;
  for (const work of works) yield { branch: branch++, work };
}

function outcomeOf(tally: Tally) {
  const { succeeded, failed, cancelled } = tally.counts;
  const { shards, failures } = tally;
  return { ...tally.counts, shards, skipped: shards - succeeded - failed - cancelled, failures };
}

/** The branch's own error, without the branch: it is no matter of the caller's. */
function stopped(error: unknown, tally: Tally): unknown {
  const own = error instanceof ChildWorkflowFailure ? error.cause : undefined;
  if (!(own instanceof ApplicationFailure)) return error;
  const { message, type, nonRetryable, cause } = own;
  return ApplicationFailure.create({
    message,
    nonRetryable: nonRetryable === true,
    ...(type && { type }),
    details: [outcomeOf(tally)],
    ...(cause && { cause }),
  });
}
