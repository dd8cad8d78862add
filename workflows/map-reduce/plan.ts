/**
 * Limits by which the work of a run is divided into branches, shards and workflow tasks.
 *
 * Pure. The limits keep every history and every message inside those of the server, in `core/server-limits.ts`.
 *
 * They decide which children a run starts: open runs replay with them, so a change of one needs `patched`.
 */
import { utf8Length } from '../../core/server-limits';

/** Most shards of one branch: at 8 events each, Temporal does not suggest to continue it as new. */
export const MAX_BRANCH_SHARDS = 400;
/** Most shards that one branch runs at the same time. */
const MAX_BRANCH_WINDOW = 100;
/** Most branches of one run: with pages, at 13 events each, they are 45,500 events. */
export const MAX_BRANCHES = 3_500;
/** Most bytes of items that one branch receives or reads: they are in one payload, and twice in its history. */
export const MAX_BRANCH_BYTES = 1_000_000;
/** Most pages that one branch reads, at 6 events each. */
export const MAX_BRANCH_PAGES = 100;
/** Most bytes of one shard's items. */
export const MAX_SHARD_BYTES = 1_000_000;
/** Most bytes of the option `items`: they are in the run's history. */
export const MAX_ITEMS_BYTES = 8_000_000;
/** Most bytes of children that one workflow task starts. */
export const MAX_TASK_BYTES = 1_000_000;
/** Bytes of a child's start in addition to its argument: header, attributes, memo, retry policy. */
export const CHILD_OVERHEAD_BYTES = 3_000;

/** How the shards of a run are divided into branches. */
export interface BranchPlan {
  /** Most branches that run at the same time. */
  readonly parallel: number;
  /** Most shards that run at the same time in one branch. */
  readonly window: number;
  /** Most shards of one branch. */
  readonly shards: number;
}

/**
 * Divides the shards of a run into branches.
 *
 * @param concurrency most shards that run at the same time in the whole run
 * @param count number of shards of the run; left out if it is not known
 */
export function planBranches(concurrency: number, count?: number): BranchPlan {
  const atOnce = count === undefined ? concurrency : Math.max(1, Math.min(concurrency, count));
  const parallel = Math.ceil(atOnce / MAX_BRANCH_WINDOW);
  const window = Math.max(1, Math.floor(atOnce / parallel));
  // Spread evenly over the branches that run at the same time, so that none of them works alone at the end.
  const shards = count === undefined ? MAX_BRANCH_SHARDS : Math.ceil(Math.max(1, count) / parallel);
  return { parallel, window, shards: Math.min(MAX_BRANCH_SHARDS, shards) };
}

/** Returns the size, in bytes, of the payload that Temporal's default converter makes of a value: JSON in UTF-8. */
export function bytesOf(value: unknown): number {
  return utf8Length(JSON.stringify(value) ?? '');
}
