/**
 * Work in shards of one activity each, written without the library: the same tree as that of `mapReduce` with at most
 * 100 concurrent shards, in branches that run one after the other, since one history cannot hold all shards.
 */
import { executeChild, proxyActivities } from '@temporalio/workflow';
import type * as activities from '../core/activities';

const { work } = proxyActivities<typeof activities>({ startToCloseTimeout: '1 minute' });

/** The same as in workflows/map-reduce/plan.ts. */
const MAX_BRANCH_SHARDS = 400;

/** Runs the shards. @returns the number of shards that succeeded, counted by their results */
export async function fanOut(shards: number, concurrency: number): Promise<number> {
  let done = 0;
  for (let from = 0; from < shards; from += MAX_BRANCH_SHARDS) {
    const to = Math.min(shards, from + MAX_BRANCH_SHARDS);
    done += await executeChild(branch, { args: [from, to, concurrency] });
  }
  return done;
}

/**
 * Starts the shards from `from` to `to`, of which at most `concurrency` run at once. Returns the sum of their
 * results.
 */
export async function branch(from: number, to: number, concurrency: number): Promise<number> {
  let next = from;
  let done = 0;
  const slot = async () => {
    while (next < to) {
      const result = await executeChild(shard, { args: [next++] });
      done += result;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, slot));
  return done;
}

/** Runs one activity. @param _index index of the shard */
export async function shard(_index: number): Promise<number> {
  await work();
  return 1;
}
