/**
 * `forEachItem`: processes the items of a shard and names a failed one on the error, on the shard's root span
 * and on the spans of the calls that are made for it.
 *
 * Sandbox code. Issues no command of its own, and adds no await where the user's function has none.
 */
import { ApplicationFailure, TemporalFailure } from '@temporalio/common';
import { isCancellation } from '@temporalio/workflow';
import {
  causesOf,
  ITEM_FAILURE,
  type ItemFailure,
  type ItemFailures,
  MAX_NAMED_ITEMS,
  summarizeError,
} from '../../core/item-failure';
import { defined } from '../../core/util/defined';
import { runState } from '../../interceptors/sandbox/run-state';
import { invalidOption } from './options';

/** Options of {@link forEachItem}. */
export interface ForEachItemOptions {
  /** Whether the remaining items are processed after one has failed. @default 'stop' */
  readonly onItemFailure?: 'continue' | 'stop';
  /** Most items that are processed at the same time, 1 to 100. @default 1 */
  readonly concurrency?: number;
}

const MAX_CONCURRENCY = 100;

/**
 * Calls `fn` for each item, in order.
 *
 * @param key returns the business key of an item, such as `account 1000002`
 * @returns the results of `fn`, in the order of the items
 * @throws {ApplicationFailure} `ItemFailed`: its message begins with the item's key, its details name the
 *   failed items, its cause is the error that `fn` threw. With `'continue'` it is thrown after the last item.
 *   `MapReduceOptionError` for an invalid option
 */
export async function forEachItem<Item, Result>(
  items: readonly Item[],
  key: (item: Item) => string,
  fn: (item: Item) => Promise<Result>,
  { onItemFailure = 'stop', concurrency = 1 }: ForEachItemOptions = {},
): Promise<Result[]> {
  if (!(Number.isInteger(concurrency) && concurrency >= 1 && concurrency <= MAX_CONCURRENCY))
    throw invalidOption('concurrency', `an integer from 1 to ${MAX_CONCURRENCY}`, concurrency, 'forEachItem');
  if (onItemFailure !== 'continue' && onItemFailure !== 'stop')
    throw invalidOption('onItemFailure', "'continue' or 'stop'", onItemFailure, 'forEachItem');
  const results: Result[] = [];
  const failed = new FailedItems();
  let next = 0;

  async function work(): Promise<void> {
    while (next < items.length && !(failed.any && onItemFailure === 'stop')) {
      const index = next++;
      const item = items[index] as Item;
      try {
        results[index] = await forItem(key(item), () => fn(item));
      } catch (error) {
        // A cancellation is not the item's failure, and a plain error fails the workflow task.
        if (!(error instanceof TemporalFailure) || isCancellation(error)) throw error;
        failed.add(key(item), error);
      }
    }
  }

  await Promise.all(Array.from({ length: Math.min(concurrency, items.length) }, work));
  failed.throwIfAny(items.length);
  return results;
}

/** Runs `fn`; the calls that it makes have the item's key on their spans. */
function forItem<T>(key: string, fn: () => Promise<T>): Promise<T> {
  const state = runState.get();
  return state?.recording() ? state.runForItem(key, fn) : fn();
}

class FailedItems {
  readonly #items: ItemFailure[] = [];
  #count = 0;
  #cause: TemporalFailure | undefined;
  #isRetryable = false;

  get any(): boolean {
    return this.#count > 0;
  }

  add(key: string, error: TemporalFailure): void {
    this.#count++;
    this.#cause ??= error;
    this.#isRetryable ||= !isNonRetryable(error);
    if (this.#items.length === MAX_NAMED_ITEMS) return;
    const { type, message } = summarizeError(error);
    this.#items.push({ key, type, message });
  }

  throwIfAny(of: number): void {
    const [first] = this.#items;
    if (first === undefined) return;
    const state = runState.get();
    if (state)
      Object.assign(state.notes.attributes, {
        'job.item.key': first.key,
        'job.items.failed': this.#count,
      });
    const details: ItemFailures = { items: this.#items, failed: this.#count };
    const others = this.#count > 1 ? ` (and ${this.#count - 1} more of ${of} items)` : '';
    throw ApplicationFailure.create(
      defined({
        message: `${first.key}: ${first.message}${others}`,
        type: ITEM_FAILURE,
        nonRetryable: !this.#isRetryable,
        details: [details],
        cause: this.#cause,
      }),
    );
  }
}

/** Whether no failed item can succeed on a retry of the shard. */
function isNonRetryable(error: unknown): boolean {
  return causesOf(error).some((link) => link instanceof ApplicationFailure && link.nonRetryable);
}
