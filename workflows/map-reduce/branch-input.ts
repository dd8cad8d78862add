/**
 * Messages between a run and its branches. Plain data, since they are in histories.
 *
 * Sandbox code.
 */
import type { ChildWorkflowOptions } from '@temporalio/workflow';
import type { ItemPages } from './options';
import type { BranchWork, Naming, Position } from './parts';
import type { BranchReport } from './tally';

/** The one argument of a branch. */
export interface BranchInput {
  /** Index of the branch, from 0. */
  readonly branch: number;
  /** Prefix of the shards' workflow ids. */
  readonly prefix: string;
  /** Name of the signal with which the branch sends {@link BranchNews} to its run. */
  readonly signal: string;
  readonly work: BranchWork;
  readonly pages?: ItemPages;
  readonly shardSize: number;
  readonly naming: Naming;
  /** Workflow type of the shards. */
  readonly map: string;
  /** Name under which the bundle exports the function `reduce`. */
  readonly reduce?: string;
  /** Most shards that run at the same time in the branch. */
  readonly window: number;
  readonly stopOnFailure: boolean;
  readonly shardRatio: number;
  /** Further options of each shard. */
  readonly child: Pick<ChildWorkflowOptions, 'retry' | 'taskQueue' | 'workflowRunTimeout'>;
}

/** Signal of a branch to its run, sent while the branch is running. */
export interface BranchNews {
  /**
   * First run id of the branch: after a reset of the run, signals of branches started before arrive again.
   */
  readonly runId: string;
  /**
   * Only with `pages`: the branch's number of shards, and where the next branch begins to read, if there is
   * more.
   */
  readonly read?: { readonly shards: number; readonly next?: Position };
  /** Report of a branch that ends early: a cancelled workflow has no result. */
  readonly report?: BranchReport;
}
