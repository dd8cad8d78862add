/**
 * Work in shards, of one activity each, as one writes it without the library: the same tree as `mapReduce` makes with
 * at most 100 shards at the same time, of branches that run one after the other, since a history cannot hold all.
 */
import { executeChild, proxyActivities } from '@temporalio/workflow';
import type * as activities from '../core/activities';

const { work } = proxyActivities<typeof activities>({ startToCloseTimeout: '1 minute' });

/** As workflows/map-reduce/plan.ts has it. */
const MAX_BRANCH_SHARDS = 400;

/** @returns how many shards have succeeded, counted by their results */
export async function fanOut(shards: number, concurrency: number): Promise<number> {
  let done = 0;
  for (let from = 0; from < shards; from += MAX_BRANCH_SHARDS) {
    const to = Math.min(shards, from + MAX_BRANCH_SHARDS);
    done += await executeChild(branch, { args: [from, to, concurrency] });
  }
  return done;
}

export async function branch(from: number, to: number, concurrency: number): Promise<number> {
  let next = from;
  let done = 0;
  const lane = async () => {
    while (next < to) {
      const result = await executeChild(shard, { args: [next++] });
      done += result;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
  return done;
}

/** @param _index which part of the work it is */
export async function shard(_index: number): Promise<number> {
  await work();
  return 1;
}
