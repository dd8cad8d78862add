/** Workflows of a bundle without `mapReduceBranch`. */
import { mapReduce } from 'temporal-job-tracing/workflow';

export async function shard(): Promise<void> {}

export async function withoutBranch(): Promise<void> {
  await mapReduce({ count: 1, shardSize: 1, map: shard });
}
