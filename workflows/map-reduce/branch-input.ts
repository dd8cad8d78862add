/**
 * Messages between a run and its branches: plain data, recorded in histories.
 *
 * Sandbox code.
 */
import type { ChildWorkflowOptions } from '@temporalio/workflow';
import type { ItemPages } from './options';
import type { BranchWork, Naming, Position } from './parts';
import type { BranchReport } from './tally';

/** Workflow type of a branch, under which the workflow bundle exports it. */
export const BRANCH_TYPE = 'mapReduceBranch';

/** Argument of a branch. */
export interface BranchInput {
  /** Index of the branch, from 0. */
  readonly branch: number;
  /** Prefix of the shards' workflow ids. */
  readonly prefix: string;
  /** Name of the signal by which the branch sends a {@link BranchSignal} to its run. */
  readonly signal: string;
  readonly work: BranchWork;
  readonly pages?: ItemPages;
  /** Number of items per shard; the last shard may have fewer. */
  readonly shardSize: number;
  readonly naming: Naming;
  /** Workflow type of the shards. */
  readonly map: string;
  /** Name under which the bundle exports the function `reduce`. */
  readonly reduce?: string;
  /** Most shards that run at the same time in the branch. */
  readonly window: number;
  /** Whether the first failed shard stops the branch. */
  readonly stopOnFailure: boolean;
  /** Share of a sampled run's shards that are sampled, from 0 to 1. */
  readonly shardRatio: number;
  /** Further options of each shard. */
  readonly child: Pick<ChildWorkflowOptions, 'retry' | 'taskQueue' | 'workflowRunTimeout'>;
}

/** Argument of the signal that a branch sends to its run while the branch is running. */
export interface BranchSignal {
  /**
   * First run id of the branch. A reset of the run applies the signals of its earlier branches again; their run ids
   * match none of the branches that it starts after the reset.
   */
  readonly runId: string;
  /** Only with `pages`: number of shards of the branch, and where the next branch begins, if there are more items. */
  readonly read?: { readonly shards: number; readonly next?: Position };
  /** Report of a branch that ends early, since a cancelled or failed workflow has no result. */
  readonly report?: BranchReport;
}
