/**
 * How the work of a run is divided: shards into branches, branches side by side, bytes into workflow tasks.
 *
 * Pure. The numbers keep every history and every message inside Temporal's limits: 2,000 pending children and
 * 51,200 events a workflow, 2 MB a payload, 4 MB a workflow task's completion.
 */
import { utf8Length } from '../../core/server-limits';

/**
 * Most shards of one branch: at 8 events each, its history stays below the 4,096 events at which Temporal
 * suggests continue-as-new.
 */
export const MAX_BRANCH_SHARDS = 400;
/** Most shards that one branch runs at the same time. */
const MAX_BRANCH_WINDOW = 100;
/** Most branches of one run: at 13 events each, with pages, 45,500 of 51,200. */
export const MAX_BRANCHES = 3_500;
/** Most bytes of items that one branch receives or reads: they are one payload, and twice in its history. */
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

export interface BranchPlan {
  /** Branches at the same time. */
  readonly parallel: number;
  /** Shards at the same time, in each of them. */
  readonly window: number;
  /** Shards of one branch, at most. */
  readonly shards: number;
}

/** @param total shards of the run; not known with pages */
export function planBranches(concurrency: number, total?: number): BranchPlan {
  const wanted = total === undefined ? concurrency : Math.max(1, Math.min(concurrency, total));
  const parallel = Math.ceil(wanted / MAX_BRANCH_WINDOW);
  const window = Math.max(1, Math.floor(wanted / parallel));
  // As many branches as run side by side, if there are enough shards: the last ones are then not left alone.
  const shards = total === undefined ? MAX_BRANCH_SHARDS : Math.ceil(Math.max(1, total) / parallel);
  return { parallel, window, shards: Math.min(MAX_BRANCH_SHARDS, shards) };
}

/** Bytes of the value as JSON in UTF-8: what Temporal's own converter makes of it. */
export function bytesOf(value: unknown): number {
  return utf8Length(JSON.stringify(value) ?? '');
}
