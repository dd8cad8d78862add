/**
 * Cuts the work of a run into the work of its branches, and the work of a branch into shards.
 *
 * Pure.
 */
import { isRecord } from '../../core/util/untrusted';
import { type ItemShard, mapReduceError, type RangeShard } from './options';
import { bytesOf, MAX_BRANCH_BYTES, MAX_SHARD_BYTES } from './plan';

/** Most characters of a key in a label. */
const MAX_KEY_LENGTH = 70;

/** Where a branch begins to read pages. */
export interface Position {
  /** Cursor of the first page to read; left out for the very first page. */
  readonly cursor?: unknown;
  /** Number of items at the beginning of that page that belong to the branch before. */
  readonly skip: number;
}

/** The work of one branch: its items, a range of numbers, or where it reads pages. `index` is its first shard's. */
export type BranchWork =
  | { readonly index: number; readonly items: readonly unknown[] }
  | { readonly index: number; readonly from: number; readonly to: number }
  | { readonly index: number; readonly position: Position };

/** Values from which the label of each shard is made, and the number of shards. */
export interface Naming {
  /** Number of shards of the run; left out with `pages`, where it is not known. */
  readonly count?: number;
  /** Option `label`: name of the items, such as `account`. */
  readonly label?: string;
  /** Option `key`: property of an item that is its business key. */
  readonly key?: string;
}

/** Yields the work of each branch: as many whole shards as its limits of shards and bytes allow. */
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

/** Yields the work of each branch: a range of the integers from 0 to below `count`. */
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
 * Returns how many items, from `start` on, one branch takes: whole shards, at least one, within the limits of
 * shards and bytes.
 *
 * @throws {ApplicationFailure} `MapReduceOptionError` if one shard alone is too large
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
          'bytes: make it smaller, or pass keys instead of records',
      );
    bytes += shardBytes;
    if (shard > 0 && bytes > MAX_BRANCH_BYTES) break;
    end = next;
  }
  return end - start;
}

/** Yields the shards of a branch's items, in order. */
export function* shardsOfItems(
  items: readonly unknown[],
  firstIndex: number,
  shardSize: number,
  naming: Naming,
): Generator<ItemShard<unknown>> {
  for (let start = 0, index = firstIndex; start < items.length; start += shardSize, index++) {
    const shardItems = items.slice(start, start + shardSize);
    const first = keyOf(shardItems[0], naming.key);
    const last = keyOf(shardItems.at(-1), naming.key);
    yield {
      index,
      ...countOf(naming),
      label:
        first === undefined || last === undefined ? `shard ${index}` : labelOf(first, last, naming.label),
      items: shardItems,
    };
  }
}

/** Yields the shards of a range of integers, in order. */
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

/** Returns a shard's label, such as `account 1000000 to 1000999`. */
function labelOf(first: string, last: string, label?: string): string {
  const range = first === last ? shortened(first) : `${shortened(first)} to ${shortened(last)}`;
  return label === undefined ? range : `${label} ${range}`;
}

/** Returns the key, cut if it is long: the command that starts a shard contains the label four times. */
function shortened(key: string): string {
  return key.length > MAX_KEY_LENGTH ? `${key.slice(0, MAX_KEY_LENGTH)}…` : key;
}

/** Returns the business key of an item; `undefined` if it is neither a string nor a number. */
function keyOf(item: unknown, key: string | undefined): string | undefined {
  const value = key !== undefined && isRecord(item) ? item[key] : item;
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

function countOf({ count }: Naming): { readonly count?: number } {
  return count === undefined ? {} : { count };
}
