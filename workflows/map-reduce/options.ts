/**
 * What `mapReduce` is told, and the checks of it: a wrong option fails the run at once with a text that says
 * what to write.
 *
 * Sandbox code; pure.
 */
import { ApplicationFailure, compileRetryPolicy } from '@temporalio/common';
import { msOptionalToNumber } from '@temporalio/common/lib/time';
import type { ActivityOptions } from '@temporalio/workflow';
import { type DurationText, durationMs, expectedDuration, type RetryRule } from '../../core/util/duration';

/** What the workflow `map` gets when the work is items. */
export interface ItemShard<Item> {
  /** From 0. */
  readonly index: number;
  /** Shards of the run; not known beforehand with `pages`. */
  readonly count?: number;
  readonly label: string;
  readonly items: readonly Item[];
}

/** What the workflow `map` gets when the work is a `count`. */
export interface RangeShard {
  /** From 0. */
  readonly index: number;
  readonly count: number;
  readonly label: string;
  /** First number of the range. */
  readonly from: number;
  /** The number after the last one. */
  readonly to: number;
}

/** The workflow that does one shard: a function that the bundle exports, or its type's name. */
export type ShardWorkflow<Shard, Result> = ((shard: Shard) => Promise<Result>) | string;

/** One page of items, as an activity gives it. */
export interface ItemPage<Item, Cursor = unknown> {
  readonly items: readonly Item[];
  /** Where the next page begins; without it this page is the last. */
  readonly next?: Cursor | null;
}

/**
 * The activity that pages the items, and how it is called: `(cursor, ...args) => Promise<ItemPage<Item, Cursor>>`,
 * with no cursor (`undefined`) for the first page.
 */
export interface ItemPages extends ActivityOptions {
  /** The activity's name. The same cursor must give the same page: a page may be read twice. */
  readonly activity: string;
  /** Further arguments, after the cursor. @default none */
  readonly args?: readonly unknown[];
}

export interface MapReduceSettings<Result> {
  /** Items of one shard, from 1; the last shard has fewer. */
  readonly shardSize: number;
  /**
   * Makes one result of two neighbouring ones, in the order of the shards. Must be associative, since branches
   * reduce on their own first, and exported by the bundle, since it runs in them.
   *
   * @default results are not kept
   */
  readonly reduce?: (left: Result, right: Result) => Result;
  /** Shards that run at the same time, 1 to 10,000. @default 50 */
  readonly concurrency?: number;
  /** Whether the others go on after a shard has failed for good. @default 'stop' */
  readonly onShardFailure?: 'continue' | 'stop';
  /** Retry policy of a shard; each attempt is in the shard's trace. @default one attempt */
  readonly retry?: RetryRule;
  /** Share of the shards of a sampled run that is recorded, 0 to 1. Failed shards always are. @default 1 */
  readonly shardRatio?: number;
  /** What the items are called, such as `account`, at most 100 characters; with the first and last key it makes a shard's label. */
  readonly label?: string;
  /** Property of an item that is its business key. Texts and numbers are keys themselves. */
  readonly key?: string;
  /** Task queue of the shards. @default the run's */
  readonly taskQueue?: string;
  /** How long one attempt of a shard may take. @default no limit */
  readonly workflowRunTimeout?: DurationText;
}

/** What {@link mapReduce} is told. */
export type MapReduceOptions<Item, Result> = MapReduceSettings<Result> &
  (
    | {
        /** The items themselves, at most 8 MB in all; more are paged. */
        readonly items: readonly Item[];
        readonly map: ShardWorkflow<ItemShard<Item>, Result>;
      }
    | {
        /** Pages of items, read by the branches: the keys never sit in one history. */
        readonly pages: ItemPages;
        readonly map: ShardWorkflow<ItemShard<Item>, Result>;
      }
    | {
        /** The numbers from 0 to below this one. */
        readonly count: number;
        readonly map: ShardWorkflow<RangeShard, Result>;
      }
  );

const MAX_CONCURRENCY = 10_000;
const MAX_LABEL_LENGTH = 100;

/** Checks each option by itself. @throws ApplicationFailure `MapReduceOptionError`, not to be retried */
export function checkOptions<Item, Result>(options: MapReduceOptions<Item, Result>): void {
  const { shardSize, map, concurrency, onShardFailure, shardRatio, reduce, label } = options;
  checkWork(options);
  if (!isInteger(shardSize, 1, Number.MAX_SAFE_INTEGER))
    throw optionError('shardSize', 'an integer from 1', shardSize);
  if (concurrency !== undefined && !isInteger(concurrency, 1, MAX_CONCURRENCY))
    throw optionError('concurrency', `an integer from 1 to ${MAX_CONCURRENCY}`, concurrency);
  if (onShardFailure !== undefined && onShardFailure !== 'continue' && onShardFailure !== 'stop')
    throw optionError('onShardFailure', "'continue' or 'stop'", onShardFailure);
  if (shardRatio !== undefined && !(shardRatio >= 0 && shardRatio <= 1))
    throw optionError('shardRatio', 'a number from 0 to 1', shardRatio);
  if (reduce !== undefined && typeof reduce !== 'function')
    throw optionError('reduce', 'a function that the workflow bundle exports', reduce);
  if (typeof map !== 'function' && (typeof map !== 'string' || map === ''))
    throw optionError('map', 'a workflow that the bundle exports, or the name of a workflow type', map);
  if (label !== undefined && !(typeof label === 'string' && label.length <= MAX_LABEL_LENGTH))
    throw optionError('label', `a string of at most ${MAX_LABEL_LENGTH} characters`, label);
  checkDuration('workflowRunTimeout', options.workflowRunTimeout);
  checkDuration('retry.initialInterval', options.retry?.initialInterval);
  checkDuration('retry.maximumInterval', options.retry?.maximumInterval);
  check('retry', () => options.retry && compileRetryPolicy(options.retry));
}

function checkWork<Item, Result>(options: MapReduceOptions<Item, Result>): void {
  const given = (['items', 'pages', 'count'] as const).filter((name) => name in options);
  if (given.length !== 1) throw optionError('items, pages, count', 'one of the three', given.join(' and '));
  if ('items' in options && !Array.isArray(options.items))
    throw optionError('items', 'an array', options.items);
  if ('count' in options && !isInteger(options.count, 0, Number.MAX_SAFE_INTEGER))
    throw optionError('count', 'an integer from 0', options.count);
  if ('pages' in options && typeof options.pages?.activity !== 'string')
    throw optionError('pages.activity', "the activity's name", options.pages?.activity);
  if ('pages' in options) checkPages(options.pages);
}

/** What would otherwise fail the branch's workflow task for ever. */
function checkPages({ startToCloseTimeout, scheduleToCloseTimeout, retry }: ItemPages): void {
  if (startToCloseTimeout === undefined && scheduleToCloseTimeout === undefined)
    throw optionError('pages', 'startToCloseTimeout or scheduleToCloseTimeout', 'neither');
  check('pages.startToCloseTimeout', () => msOptionalToNumber(startToCloseTimeout));
  check('pages.scheduleToCloseTimeout', () => msOptionalToNumber(scheduleToCloseTimeout));
  check('pages.retry', () => retry && compileRetryPolicy(retry));
}

function checkDuration(name: string, value: unknown): void {
  if (value === undefined || (durationMs(value) ?? 0) > 0) return;
  throw optionError(name, expectedDuration(value, "a duration above 0, such as '30 s'"), value);
}

function check(name: string, compile: () => unknown): void {
  try {
    compile();
  } catch (error) {
    throw mapReduceError(`option '${name}': ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The error of a wrong option: what, what was expected, what was given. */
export function optionError(name: string, expected: string, given: unknown): ApplicationFailure {
  return mapReduceError(
    `option '${name}': expected ${expected}, got ${String(given) || 'none'} (${typeof given})`,
  );
}

/** An error of the caller's that no retry mends. */
export function mapReduceError(message: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(`mapReduce: ${message}`, 'MapReduceOptionError');
}

function isInteger(value: unknown, from: number, to: number): boolean {
  return Number.isSafeInteger(value) && (value as number) >= from && (value as number) <= to;
}
