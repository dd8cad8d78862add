/**
 * What a run and its branches tell each other. Plain data: it is in histories.
 *
 * Sandbox code.
 */
import type { ChildWorkflowOptions } from '@temporalio/workflow';
import type { ItemPages } from './options';
import type { BranchWork, Naming, Position } from './parts';
import type { BranchReport } from './tally';

/** The one argument of a branch. */
export interface BranchInput {
  /** Of this branch, from 0. */
  readonly branch: number;
  /** What the workflow ids of the shards begin with. */
  readonly prefix: string;
  /** Name of the signal by which the branch tells its run something: {@link BranchNews}. */
  readonly signal: string;
  readonly work: BranchWork;
  readonly pages?: ItemPages;
  readonly shardSize: number;
  readonly naming: Naming;
  /** Workflow type of the shards. */
  readonly map: string;
  /** Name of the exported function. */
  readonly reduce?: string;
  /** Shards at the same time. */
  readonly window: number;
  readonly stopOnFailure: boolean;
  readonly shardRatio: number;
  /** Further options of each shard. */
  readonly child: Pick<ChildWorkflowOptions, 'retry' | 'taskQueue' | 'workflowRunTimeout'>;
}

/** What a branch tells its run while it runs. */
export interface BranchNews {
  /** The branch's first: when the run is reset, the news of branches that it started before come again. */
  readonly runId: string;
  /** With pages: how many shards it has, and where the next branch begins to read, if there is more. */
  readonly read?: { readonly shards: number; readonly next?: Position };
  /** How its shards ended, of a branch that ends early: a cancelled workflow has no result. */
  readonly report?: BranchReport;
}
