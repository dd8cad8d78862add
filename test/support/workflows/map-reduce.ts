/** Workflows of the MapReduce tests: parents and their shards. */
import {
  ApplicationFailure,
  condition,
  continueAsNew,
  defineSignal,
  executeChild,
  proxyActivities,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import {
  forEachItem,
  type ItemShard,
  type MapReduceOptions,
  type MapReduceOutcome,
  mapReduce,
  type RangeShard,
} from 'temporal-job-tracing/workflow';
import type * as activities from '../activities';

export { mapReduceBranch } from 'temporal-job-tracing/workflows';

const { callDownstream, isFirstCall, migrateAccount } = proxyActivities<typeof activities>({
  startToCloseTimeout: '30s',
  retry: { maximumAttempts: 1 },
});

/** Options that JSON can represent; the workflows below add the functions. */
export type Settings = Omit<Partial<MapReduceOptions<never, never>>, 'map' | 'reduce'>;

export function sum(left: number, right: number): number {
  return left + right;
}

export function join(left: string, right: string): string {
  return `${left} ${right}`;
}

/** Returns the sum of the numbers in its range. */
export async function sumOfRange({ from, to }: RangeShard): Promise<number> {
  return ((to - from) * (from + to - 1)) / 2;
}

export async function sums(
  count: number,
  settings: Partial<Settings> = {},
): Promise<MapReduceOutcome<number>> {
  return mapReduce({ shardSize: 10, ...settings, count, map: sumOfRange, reduce: sum });
}

export const release = defineSignal('release');

/** A shard of accounts; negative account numbers select what happens to it. */
export async function accountShard({ index, label, items }: ItemShard<number>): Promise<string> {
  if (items.includes(-1)) await sleep('10 minutes');
  if (items.includes(-2)) {
    let released = false;
    setHandler(release, () => {
      released = true;
    });
    await condition(() => released);
  }
  if (items.includes(-3) && workflowInfo().attempt === 1)
    throw ApplicationFailure.create({ message: 'not at once', type: 'Later' });
  if (items.includes(-4) && !workflowInfo().continuedFromExecutionRunId)
    return continueAsNew<typeof accountShard>({ index, label, items });
  await callDownstream();
  if (items.includes(-5)) throw ApplicationFailure.create({ message: 'no such account', type: 'NoAccount' });
  return items.join('+');
}

/** Processes accounts in shards of two. */
export async function accounts(items: number[], settings: Settings = {}): Promise<MapReduceOutcome<string>> {
  return mapReduce({
    shardSize: 2,
    label: 'account',
    onShardFailure: 'continue',
    ...settings,
    items,
    map: accountShard,
    reduce: join,
  });
}

/** Runs {@link accounts} in an ordinary child. */
export async function accountsInChild(items: number[]): Promise<MapReduceOutcome<string>> {
  return executeChild(accounts, { workflowId: `${workflowInfo().workflowId}-child`, args: [items] });
}

/** Processes `total` accounts, numbered from 1, which an activity reads page by page. */
export async function pagedAccounts(
  total: number,
  pageSize: number,
  settings: Settings = {},
): Promise<MapReduceOutcome<string>> {
  return mapReduce({
    shardSize: 2,
    label: 'account',
    ...settings,
    pages: { activity: 'accountPage', args: [total, pageSize], startToCloseTimeout: '10s' },
    map: accountShard,
    reduce: join,
  });
}

/** A shard that processes its accounts one by one. */
export async function eachAccount(
  { items }: ItemShard<number>,
  onItemFailure: 'continue' | 'stop' = 'continue',
): Promise<number> {
  const done = await forEachItem(
    items,
    (account) => `account ${account}`,
    (account) => migrateAccount(account),
    { onItemFailure },
  );
  return done.length;
}

/** Like {@link eachAccount}, but stops at the first account that fails. */
export async function eachAccountUntil(shard: ItemShard<number>): Promise<number> {
  return eachAccount(shard, 'stop');
}

/** Processes accounts in shards of three, which continue or stop after an account has failed. */
export async function eachOf(
  items: number[],
  onItemFailure: 'continue' | 'stop',
  settings: Settings = {},
): Promise<MapReduceOutcome<number>> {
  return mapReduce({
    shardSize: 3,
    label: 'account',
    onShardFailure: 'continue',
    ...settings,
    items,
    map: onItemFailure === 'continue' ? eachAccount : eachAccountUntil,
    reduce: sum,
  });
}

/** A shard that fails in its first run if it has account 3, and succeeds in any later run. */
export async function failsAtFirst({ items }: ItemShard<number>): Promise<string> {
  await callDownstream();
  if (items.includes(3) && (await isFirstCall(workflowInfo().workflowId)))
    throw ApplicationFailure.create({ message: 'too long', type: 'FieldLength' });
  return items.join('+');
}

export async function failsInitially(items: number[]): Promise<MapReduceOutcome<string>> {
  return mapReduce({
    shardSize: 2,
    label: 'account',
    onShardFailure: 'continue',
    items,
    map: failsAtFirst,
    reduce: join,
  });
}

/** Passes the options through, without checking their types. */
export async function anyOptions(options: object): Promise<unknown> {
  return mapReduce({ map: sumOfRange, ...options } as MapReduceOptions<number, number>);
}

/** Has nine megabytes of items. */
export async function manyItems(): Promise<unknown> {
  const items = Array.from({ length: 9_000 }, (_, i) => i - 1_000_000);
  return mapReduce({ items: items.map((i) => `${i}`.padEnd(1_000)), shardSize: 10, map: 'accountShard' });
}

/** Has a `reduce` function that the bundle does not export. */
export async function hiddenReduce(): Promise<unknown> {
  const hidden = (left: number, right: number) => left + right;
  return mapReduce({ count: 10, shardSize: 1, map: sumOfRange, reduce: hidden });
}

export function throwing(): number {
  throw new TypeError('no numbers');
}

export async function throwingReduce(): Promise<unknown> {
  return mapReduce({ count: 10, shardSize: 5, map: sumOfRange, reduce: throwing });
}

/** Calls `mapReduce` twice in one run. */
export async function twice(): Promise<number[]> {
  const [first, second] = [await sums(20), await sums(30)];
  return [first.shards, second.shards, first.result ?? 0, second.result ?? 0];
}
