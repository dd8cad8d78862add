/**
 * Options of `mapReduce` and their checks: an invalid option fails the run at once with a message that shows
 * the fix.
 *
 * Sandbox code; pure.
 */
import { ApplicationFailure, compileRetryPolicy } from '@temporalio/common';
import { msOptionalToNumber } from '@temporalio/common/lib/time';
import type { ActivityOptions } from '@temporalio/workflow';
import {
  type DurationText,
  durationMs,
  expectedDuration,
  type JobRetryPolicy,
} from '../../core/util/duration';

/** Argument of the workflow `map` for `items` and `pages`. */
export interface ItemShard<Item> {
  /** Index of the shard, from 0. */
  readonly index: number;
  /** Number of shards of the run; left out with `pages`, where it is not known beforehand. */
  readonly count?: number;
  /** Label of the shard for people, such as `account 1000000 to 1000999`. */
  readonly label: string;
  /** Items of the shard, in order. */
  readonly items: readonly Item[];
}

/** Argument of the workflow `map` for `count`: a range of numbers. */
export interface RangeShard {
  /** Index of the shard, from 0. */
  readonly index: number;
  /** Number of shards of the run. */
  readonly count: number;
  /** Label of the shard for people, with the first and last number of its range. */
  readonly label: string;
  /** First number of the range. */
  readonly from: number;
  /** End of the range, exclusive. */
  readonly to: number;
}

/** The workflow that processes one shard: a function that the workflow bundle exports, or a workflow type's name. */
export type ShardWorkflow<Shard, Result> = ((shard: Shard) => Promise<Result>) | string;

/** One page of items, the result of the activity in {@link ItemPages}. */
export interface ItemPage<Item, Cursor = unknown> {
  /** Items of the page, in order; may be empty. */
  readonly items: readonly Item[];
  /** Cursor of the next page; left out, or `null`, on the last page. */
  readonly next?: Cursor | null;
}

/**
 * The activity that reads the items page by page, and its options. Its signature is
 * `(cursor, ...args) => Promise<ItemPage<Item, Cursor>>`; the cursor of the first page is `undefined`.
 */
export interface ItemPages extends ActivityOptions {
  /** Name of the activity. The same cursor must yield the same page, since a page may be read twice. */
  readonly activity: string;
  /** Arguments of the activity after the cursor. @default none */
  readonly args?: readonly unknown[];
}

/** Options of {@link mapReduce} that do not depend on the kind of work. */
export interface MapReduceSettings<Result> {
  /** Number of items per shard, at least 1; the last shard may have fewer. */
  readonly shardSize: number;
  /**
   * Combines the results of two neighbouring shards, or groups of shards, in their order. Must be
   * associative, since each branch reduces its own results first, and exported by the workflow bundle, since
   * it runs in the branches.
   *
   * @default none: results are discarded
   */
  readonly reduce?: (left: Result, right: Result) => Result;
  /** Most shards that run at the same time, 1 to 10,000. @default 50 */
  readonly concurrency?: number;
  /** Whether the other shards go on after a shard has failed with all its retries. @default 'stop' */
  readonly onShardFailure?: 'continue' | 'stop';
  /** Retry policy of each shard; all attempts are in the shard's trace. @default no retries */
  readonly retry?: JobRetryPolicy;
  /**
   * Share of a sampled run's shards that are sampled, from 0 to 1; a failed shard always exports its root span.
   *
   * @default 1
   */
  readonly shardRatio?: number;
  /**
   * Name of the items, such as `account`, at most 100 characters; a shard's label consists of it and the
   * first and last key.
   *
   * @default none
   */
  readonly label?: string;
  /** Property of an item that is its business key; strings and numbers are their own keys. @default none */
  readonly key?: string;
  /** Task queue of the shards. @default the run's task queue */
  readonly taskQueue?: string;
  /** Time limit of one attempt of a shard, such as `'1 hour'`. @default no limit */
  readonly workflowRunTimeout?: DurationText;
}

/** Options of {@link mapReduce}: settings, the work (`items`, `pages` or `count`), and the workflow `map`. */
export type MapReduceOptions<Item, Result> = MapReduceSettings<Result> &
  (
    | {
        /** The items themselves, at most 8 MB in all; use `pages` for more. */
        readonly items: readonly Item[];
        readonly map: ShardWorkflow<ItemShard<Item>, Result>;
      }
    | {
        /** Pages of items, read by the branches, so that no single history contains all of them. */
        readonly pages: ItemPages;
        readonly map: ShardWorkflow<ItemShard<Item>, Result>;
      }
    | {
        /** Number of items: the work is the integers from 0 to below it. */
        readonly count: number;
        readonly map: ShardWorkflow<RangeShard, Result>;
      }
  );

const MAX_CONCURRENCY = 10_000;
const MAX_LABEL_LENGTH = 100;

/**
 * Checks each option by itself.
 *
 * @throws {ApplicationFailure} `MapReduceOptionError`, non-retryable
 */
export function checkOptions<Item, Result>(options: MapReduceOptions<Item, Result>): void {
  const { shardSize, map, concurrency, onShardFailure, shardRatio, reduce, label } = options;
  checkWork(options);
  if (!isInteger(shardSize, 1, Number.MAX_SAFE_INTEGER))
    throw invalidOption('shardSize', 'an integer from 1', shardSize);
  if (concurrency !== undefined && !isInteger(concurrency, 1, MAX_CONCURRENCY))
    throw invalidOption('concurrency', `an integer from 1 to ${MAX_CONCURRENCY}`, concurrency);
  if (onShardFailure !== undefined && onShardFailure !== 'continue' && onShardFailure !== 'stop')
    throw invalidOption('onShardFailure', "'continue' or 'stop'", onShardFailure);
  if (shardRatio !== undefined && !(shardRatio >= 0 && shardRatio <= 1))
    throw invalidOption('shardRatio', 'a number from 0 to 1', shardRatio);
  if (reduce !== undefined && typeof reduce !== 'function')
    throw invalidOption('reduce', 'a function that the workflow bundle exports', reduce);
  if (typeof map !== 'function' && (typeof map !== 'string' || map === ''))
    throw invalidOption('map', 'a workflow that the bundle exports, or the name of a workflow type', map);
  if (label !== undefined && !(typeof label === 'string' && label.length <= MAX_LABEL_LENGTH))
    throw invalidOption('label', `a string of at most ${MAX_LABEL_LENGTH} characters`, label);
  checkDuration('workflowRunTimeout', options.workflowRunTimeout);
  checkDuration('retry.initialInterval', options.retry?.initialInterval);
  checkDuration('retry.maximumInterval', options.retry?.maximumInterval);
  check('retry', () => options.retry && compileRetryPolicy(options.retry));
}

function checkWork<Item, Result>(options: MapReduceOptions<Item, Result>): void {
  const kinds = (['items', 'pages', 'count'] as const).filter((name) => name in options);
  if (kinds.length !== 1) throw invalidOption('items, pages, count', 'one of the three', kinds.join(' and '));
  if ('items' in options && !Array.isArray(options.items))
    throw invalidOption('items', 'an array', options.items);
  if ('count' in options && !isInteger(options.count, 0, Number.MAX_SAFE_INTEGER))
    throw invalidOption('count', 'an integer from 0', options.count);
  if ('pages' in options && typeof options.pages?.activity !== 'string')
    throw invalidOption('pages.activity', "the activity's name", options.pages?.activity);
  if ('pages' in options) checkPages(options.pages);
}

/** Checks options that would otherwise fail the branch's workflow task forever. */
function checkPages({ startToCloseTimeout, scheduleToCloseTimeout, retry }: ItemPages): void {
  if (startToCloseTimeout === undefined && scheduleToCloseTimeout === undefined)
    throw invalidOption('pages', 'startToCloseTimeout or scheduleToCloseTimeout', 'neither');
  check('pages.startToCloseTimeout', () => msOptionalToNumber(startToCloseTimeout));
  check('pages.scheduleToCloseTimeout', () => msOptionalToNumber(scheduleToCloseTimeout));
  check('pages.retry', () => retry && compileRetryPolicy(retry));
}

function checkDuration(name: string, value: unknown): void {
  if (value === undefined || (durationMs(value) ?? 0) > 0) return;
  throw invalidOption(name, expectedDuration(value, "a duration above 0, such as '30 s'"), value);
}

/** Checks an option with the SDK's own function. */
function check(name: string, compile: () => unknown): void {
  try {
    compile();
  } catch (error) {
    throw mapReduceError(`option '${name}': ${error instanceof Error ? error.message : String(error)}`);
  }
}

/**
 * Returns the error for an invalid option, with its name, the expectation and the value.
 *
 * @param subject function that takes the option
 */
export function invalidOption(
  name: string,
  expected: string,
  value: unknown,
  subject = 'mapReduce',
): ApplicationFailure {
  const given = `${String(value) || 'none'} (${typeof value})`;
  return callerError(`${subject}: option '${name}': expected ${expected}, got ${given}`);
}

/** Returns a non-retryable error that the caller of `mapReduce` has to mend. */
export function mapReduceError(message: string): ApplicationFailure {
  return callerError(`mapReduce: ${message}`);
}

function callerError(message: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, 'MapReduceOptionError');
}

function isInteger(value: unknown, from: number, to: number): boolean {
  return Number.isSafeInteger(value) && (value as number) >= from && (value as number) <= to;
}
