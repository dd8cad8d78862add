/**
 * The parts of a run's work: what a branch is given, and the shards that it makes of it.
 *
 * Pure.
 */
import { type ItemShard, mapReduceError, type RangeShard } from './options';
import { bytesOf, MAX_BRANCH_BYTES, MAX_SHARD_BYTES } from './plan';

/** Characters of a key in a label. */
const MAX_KEY_LENGTH = 70;

/** Where a branch begins to read: a page by its cursor, and how many of its items others have taken. */
export interface Position {
  readonly cursor?: unknown;
  readonly skip: number;
}

/** The work of a branch; `index` is that of its first shard. */
export type BranchWork =
  | { readonly index: number; readonly items: readonly unknown[] }
  | { readonly index: number; readonly from: number; readonly to: number }
  | { readonly index: number; readonly position: Position };

export interface Naming {
  /** Shards of the run, if that is known. */
  readonly count?: number;
  readonly label?: string;
  readonly key?: string;
}

/** Cuts items into the work of branches: by shards, and by bytes. */
export function* branchesOfItems(
  items: readonly unknown[],
  shardSize: number,
  branchShards: number,
): Generator<BranchWork> {
  for (let start = 0, index = 0; start < items.length; ) {
    const length = fittingItems(items, start, shardSize, branchShards);
    yield { index, items: items.slice(start, start + length) };
    start += length;
    index += Math.ceil(length / shardSize);
  }
}

/** Cuts the numbers below `count` into the work of branches. */
export function* branchesOfCount(
  count: number,
  shardSize: number,
  branchShards: number,
): Generator<BranchWork> {
  const step = shardSize * branchShards;
  for (let from = 0, index = 0; from < count; from += step, index += branchShards)
    yield { index, from, to: Math.min(count, from + step) };
}

/**
 * How many items from `start` on one branch can take: whole shards, at least one, within the limits.
 *
 * @throws ApplicationFailure `MapReduceOptionError` when one shard alone is too large
 */
export function fittingItems(
  items: readonly unknown[],
  start: number,
  shardSize: number,
  branchShards: number,
): number {
  let bytes = 0;
  let end = start;
  for (let shard = 0; shard < branchShards && end < items.length; shard++) {
    const next = Math.min(items.length, end + shardSize);
    const shardBytes = bytesOf(items.slice(end, next));
    if (shardBytes > MAX_SHARD_BYTES)
      throw mapReduceError(
        `option 'shardSize': expected items of at most ${MAX_SHARD_BYTES} bytes a shard, got ${shardBytes} ` +
          'bytes: make it smaller, or hand on keys instead of records',
      );
    bytes += shardBytes;
    if (shard > 0 && bytes > MAX_BRANCH_BYTES) break;
    end = next;
  }
  return end - start;
}

/** The shards of items, in order. `position` is that of the first item in the run, where it is known. */
export function* shardsOfItems(
  items: readonly unknown[],
  firstIndex: number,
  shardSize: number,
  naming: Naming,
): Generator<ItemShard<unknown>> {
  for (let start = 0, index = firstIndex; start < items.length; start += shardSize, index++) {
    const own = items.slice(start, start + shardSize);
    const first = keyOf(own[0], naming.key);
    const last = keyOf(own.at(-1), naming.key);
    yield {
      index,
      ...countOf(naming),
      label:
        first === undefined || last === undefined ? `shard ${index}` : labelOf(first, last, naming.label),
      items: own,
    };
  }
}

/** The shards of a range of numbers, in order. */
export function* shardsOfRange(
  from: number,
  to: number,
  firstIndex: number,
  shardSize: number,
  { count = 0, label }: Naming,
): Generator<RangeShard> {
  for (let start = from, index = firstIndex; start < to; start += shardSize, index++) {
    const end = Math.min(to, start + shardSize);
    yield { index, count, label: labelOf(String(start), String(end - 1), label), from: start, to: end };
  }
}

/** `account 1000000 to 1000999`. */
function labelOf(first: string, last: string, label?: string): string {
  const range = first === last ? cut(first) : `${cut(first)} to ${cut(last)}`;
  return label === undefined ? range : `${label} ${range}`;
}

/** A label stands four times in the command that starts the shard. */
function cut(key: string): string {
  return key.length > MAX_KEY_LENGTH ? `${key.slice(0, MAX_KEY_LENGTH)}…` : key;
}

function keyOf(item: unknown, key: string | undefined): string | undefined {
  const value =
    key !== undefined && typeof item === 'object' && item !== null
      ? (item as Record<string, unknown>)[key]
      : item;
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

function countOf({ count }: Naming): { readonly count?: number } {
  return count === undefined ? {} : { count };
}
