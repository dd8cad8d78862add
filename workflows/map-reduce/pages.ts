/**
 * Reads the items of one branch, page by page.
 *
 * Pure but for the reader it is given: the same cursor gives the same page, so a page that does not fit is
 * read again by the next branch, from where this one stopped.
 */
import { type ItemPage, mapReduceError } from './options';
import { fittingItems, type Position } from './parts';
import { MAX_BRANCH_PAGES } from './plan';

/** The answer of the activity; `null` is how Go says that there are no items. @throws ApplicationFailure if it is not a page */
export function pageOf(activity: string, answer: unknown): ItemPage<unknown> {
  const { items, next } = (answer ?? {}) as { readonly items?: unknown; readonly next?: unknown };
  if (!Array.isArray(items) && items !== null)
    throw mapReduceError(
      `option 'pages': expected the activity ${activity} to return { items: [...], next }, got items that are ${String(items)}`,
    );
  return { items: items ?? [], next };
}

/** @returns the items, and where the next branch begins, if there is more */
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
      // Fewer than there were: the last shard begun does not grow any more.
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
