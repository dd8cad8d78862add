/**
 * The bank's migration: accounts move to the new account service in shards of three.
 */
import { ApplicationFailure, proxyLocalActivities } from '@temporalio/workflow';
import { forEachItem, type ItemShard, mapReduce } from 'temporal-job-tracing/workflow';
import type { createActivities } from './activities';

export { mapReduceBranch } from 'temporal-job-tracing/workflows';

// Many short calls: as local activities, they do not add three events each to the history.
const { migrateAccount } = proxyLocalActivities<ReturnType<typeof createActivities>>({
  startToCloseTimeout: '30 seconds',
});

/** Moves all accounts. @returns their number */
export async function migrateAccounts(): Promise<number> {
  const {
    result = 0,
    shards,
    failed,
  } = await mapReduce({
    pages: { activity: 'accountPage', startToCloseTimeout: '30 seconds' },
    shardSize: 3,
    label: 'account',
    map: migrateShard,
    reduce: sum,
    concurrency: 20,
    onShardFailure: 'continue',
  });
  if (failed > 0)
    throw ApplicationFailure.nonRetryable(`${failed} of ${shards} shards failed`, 'MigrationIncomplete');
  return result;
}

/** Moves the accounts of a shard. @returns their number */
export async function migrateShard({ items }: ItemShard<number>): Promise<number> {
  const moved = await forEachItem(items, (account) => `account ${account}`, migrateAccount, {
    onItemFailure: 'continue',
  });
  return moved.length;
}

/** Adds two numbers of moved accounts. */
export function sum(left: number, right: number): number {
  return left + right;
}
