/**
 * Reads the items of one branch, page by page.
 *
 * Pure except for the reader passed in. The same cursor yields the same page: if a page does not fit into this branch,
 * the next branch reads it again and continues where this one stopped.
 */
import { type ItemPage, mapReduceError } from './options';
import { fittingItems, type Position } from './parts';
import { MAX_BRANCH_PAGES } from './plan';

/**
 * Returns the result of the activity as a page. Accepts `null` for the items, the JSON of an empty slice in Go.
 *
 * @throws {ApplicationFailure} `MapReduceOptionError` if the result is not a page
 */
export function pageOf(activity: string, result: unknown): ItemPage<unknown> {
  const { items, next } = (result ?? {}) as { readonly items?: unknown; readonly next?: unknown };
  if (!Array.isArray(items) && items !== null)
    throw mapReduceError(
      `option 'pages': expected the activity ${activity} to return { items: [...], next }, got items that are ${String(items)}`,
    );
  return { items: items ?? [], next };
}

/**
 * Reads the items of a branch.
 *
 * @param from where the branch begins to read
 * @param branchShards most shards of the branch
 * @returns the items, and where the next branch begins, if there are more items
 */
export async function readPages(
  read: (cursor: unknown) => Promise<ItemPage<unknown>>,
  from: Position,
  shardSize: number,
  branchShards: number,
): Promise<{ readonly items: readonly unknown[]; readonly next?: Position }> {
  let items: readonly unknown[] = [];
  let position = from;
  for (let page = 0; page < MAX_BRANCH_PAGES; page++) {
    const { items: found, next } = await read(position.cursor);
    const all = [...items, ...found.slice(position.skip)];
    const fitting = fittingItems(all, 0, shardSize, branchShards);
    if (fitting < all.length) {
      // Never fewer than before this page: its items may be too large for the last shard, which then stays short.
      const end = Math.max(fitting, items.length);
      const skip = position.skip + end - items.length;
      return { items: all.slice(0, end), next: { cursor: position.cursor, skip } };
    }
    items = all;
    if (next === undefined || next === null) return { items };
    position = { cursor: next, skip: 0 };
    if (items.length >= shardSize * branchShards) return { items, next: position };
  }
  return { items, next: position };
}
