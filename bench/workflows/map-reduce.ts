/** Work in shards of one activity each, with the library. */
import { proxyActivities } from '@temporalio/workflow';
import { mapReduce, type RangeShard } from 'temporal-job-tracing/workflow';
import type * as activities from '../core/activities';

export { mapReduceBranch } from 'temporal-job-tracing/workflows';

const { work } = proxyActivities<typeof activities>({ startToCloseTimeout: '1 minute' });

/** Runs the shards. @returns the number of shards that succeeded, counted by their results */
export async function fanOut(shards: number, concurrency: number, shardRatio: number): Promise<number> {
  const { result = 0 } = await mapReduce({
    count: shards,
    shardSize: 1,
    map: shard,
    reduce: sum,
    concurrency,
    shardRatio,
  });
  return result;
}

/** Handles a range: one activity. Returns the number of its items. */
export async function shard({ from, to }: RangeShard): Promise<number> {
  await work();
  return to - from;
}

/** Combines two results. */
export function sum(left: number, right: number): number {
  return left + right;
}
