/**
 * `mapReduce`: splits the work of a run into shards, each a child workflow with its own trace.
 *
 * 1. `plan.ts` and `parts.ts` divide the work into branches
 * 2. `branch-tree.ts` starts the branches and combines their reports
 * 3. `branch.ts` is the workflow of a branch: it starts its shards by `shard.ts`, and counts and reduces their results
 * 4. `window.ts` limits how many branches, and how many shards of a branch, run at the same time
 * 5. `run-notes.ts` shows the counts on root spans and in the Web UI
 *
 * Sandbox code, called from user code. The run's own history and trace grow with the branches, not with the shards.
 */
import { ApplicationFailure } from '@temporalio/common';
import { ChildWorkflowFailure, workflowInfo } from '@temporalio/workflow';
import { shardPrefix } from '../../core/shard-prefix';
import { defined } from '../../core/util/defined';
import { BRANCH_TYPE, type BranchInput } from './branch-input';
import { type BranchPart, BranchTree } from './branch-tree';
import { checkBranchIsExported, exportedName } from './bundle-exports';
import { checkOptions, type MapReduceOptions, mapReduceError } from './options';
import { branchesOfCount, branchesOfItems } from './parts';
import { type BranchPlan, bytesOf, MAX_BRANCHES, MAX_ITEMS_BYTES, planBranches } from './plan';
import { nextCallNumber, showInDetails, writeToRootSpan } from './run-notes';
import type { ShardCounts, ShardFailure, Tally } from './tally';

const DEFAULT_CONCURRENCY = 50;

/** Result of {@link mapReduce}: the reduced result, and the numbers of shards by how they ended. */
export interface MapReduceOutcome<Result> extends ShardCounts {
  /** Reduced result of all shards that succeeded; left out without `reduce`, and if none succeeded. */
  readonly result?: Result;
  /** Number of shards. */
  readonly shards: number;
  /** Number of shards that were never started, because the run was stopped or cancelled before. */
  readonly skipped: number;
  /** The first shards that failed, at most 20. */
  readonly failures: readonly ShardFailure[];
}

/**
 * Processes the work in shards of `shardSize` items, each a child workflow `map` with its own trace, and
 * reduces their results. The workflow bundle must export `mapReduceBranch` from
 * `temporal-job-tracing/workflows`.
 *
 * With `onShardFailure: 'continue'`, resolves when all shards have ended, even if some have failed.
 *
 * @throws {ApplicationFailure} `MapReduceOptionError` at once, for invalid options; `ShardFailed`, with the
 *   counts as its details and the shard's error as its cause, if a shard has failed and `onShardFailure` is
 *   `'stop'`; `ReduceFailed` if `reduce` threw
 */
export async function mapReduce<Item, Result>(
  options: MapReduceOptions<Item, Result>,
): Promise<MapReduceOutcome<Result>> {
  const plan = planOf(options);
  const tree = new BranchTree(inputOf(options, plan, nextCallNumber()));
  showInDetails(tree.tally);
  try {
    const count = shardCountOf(options);
    if (count !== undefined) tree.tally.addPlanned(count);
    await tree.run(partsOf(options, plan, tree), plan.parallel);
  } catch (error) {
    throw withoutBranch(error, tree.tally);
  } finally {
    writeToRootSpan(tree.tally);
  }
  const { result } = tree;
  return { ...(result && { result: result.value as Result }), ...outcomeOf(tree.tally) };
}

/**
 * Checks the options and divides the work into branches.
 *
 * @throws {ApplicationFailure} `MapReduceOptionError`
 */
function planOf<Item, Result>(options: MapReduceOptions<Item, Result>): BranchPlan {
  checkOptions(options);
  checkBranchIsExported(BRANCH_TYPE);
  const count = shardCountOf(options);
  const plan = planBranches(options.concurrency ?? DEFAULT_CONCURRENCY, count);
  if (count !== undefined && count > MAX_BRANCHES * plan.shards)
    throw mapReduceError(
      `option 'shardSize': expected at most ${MAX_BRANCHES * plan.shards} shards, got ${count}: make it larger`,
    );
  if ('items' in options && bytesOf(options.items) > MAX_ITEMS_BYTES)
    throw mapReduceError(
      `option 'items': expected at most ${MAX_ITEMS_BYTES} bytes, got more: give 'pages' instead, an activity ` +
        'that pages the items',
    );
  return plan;
}

/** Returns the number of shards; `undefined` with `pages`, where it is not known beforehand. */
function shardCountOf<Item, Result>(options: MapReduceOptions<Item, Result>): number | undefined {
  if ('pages' in options) return undefined;
  const items = 'count' in options ? options.count : options.items.length;
  return Math.ceil(items / options.shardSize);
}

/** Returns the input that all branches share. */
function inputOf<Item, Result>(
  options: MapReduceOptions<Item, Result>,
  { window }: BranchPlan,
  call: number,
): Omit<BranchInput, 'branch' | 'work'> {
  const { map, reduce, retry, taskQueue, workflowRunTimeout, label, key } = options;
  const { workflowId, originalExecutionRunId } = workflowInfo();
  const count = shardCountOf(options);
  const prefix = shardPrefix(workflowId, originalExecutionRunId);
  return defined({
    prefix: call === 1 ? prefix : `${prefix}${call}:`,
    signal: `temporal-job-tracing:branch:${call}`,
    pages: 'pages' in options ? options.pages : undefined,
    shardSize: options.shardSize,
    naming: defined({ count, label, key }),
    map: typeof map === 'string' ? map : exportedName('map', map),
    reduce: reduce && exportedName('reduce', reduce),
    window,
    stopOnFailure: options.onShardFailure !== 'continue',
    shardRatio: options.shardRatio ?? 1,
    child: defined({ retry: retry || undefined, taskQueue, workflowRunTimeout }),
  });
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
  return partsOfWorks(works);
}

function* partsOfWorks(works: Iterable<BranchPart['work']>): Generator<BranchPart> {
  let branch = 0;
  for (const work of works) yield { branch: branch++, work };
}

function outcomeOf(tally: Tally) {
  const { succeeded, failed, cancelled } = tally.counts;
  const { shards, failures } = tally;
  return { ...tally.counts, shards, skipped: shards - succeeded - failed - cancelled, failures };
}

/** Returns the cause of a branch's failure, with the counts as details: branches are an internal detail. */
function withoutBranch(error: unknown, tally: Tally): unknown {
  const failure = error instanceof ChildWorkflowFailure ? error.cause : undefined;
  if (!(failure instanceof ApplicationFailure)) return error;
  const { message, type, nonRetryable, cause } = failure;
  return ApplicationFailure.create(
    defined({
      message,
      nonRetryable: nonRetryable === true,
      type: type || undefined,
      details: [outcomeOf(tally)],
      cause: cause || undefined,
    }),
  );
}
