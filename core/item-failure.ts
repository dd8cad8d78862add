/**
 * Errors that name the failed items of a shard, and the search for one in a chain of causes.
 *
 * Pure.
 */
import { ApplicationFailure, TemporalFailure } from '@temporalio/common';
import { safely } from './util/untrusted';

/** Failure type of the error that `forEachItem` throws. */
export const ITEM_FAILURE = 'ItemFailed';

/** Most failed items that an error names. */
export const MAX_NAMED_ITEMS = 20;

/** Most characters of a message: an error names many items and must fit into one history event. */
const MAX_MESSAGE_LENGTH = 2_000;

/** Most causes that are followed: an error may be its own cause. */
const MAX_CAUSES = 100;

/** A failed item in the details of an `ItemFailed` error. */
export interface ItemFailure {
  /** Business key of the item, such as `account 1000002`. */
  readonly key: string;
  readonly type: string;
  readonly message: string;
}

/** Details of an `ItemFailed` error. */
export interface ItemFailures {
  /** The first failed items, at most {@link MAX_NAMED_ITEMS}. */
  readonly items: readonly ItemFailure[];
  readonly failed: number;
}

/** The innermost error of a failed shard. */
export interface ErrorSummary {
  /** Type of the innermost error. */
  readonly type: string;
  /** Message of the innermost error, at most 2,000 characters. */
  readonly message: string;
  /** Business key of the first failed item; left out if no item is named. */
  readonly item?: string;
  readonly items?: readonly ItemFailure[];
}

/**
 * Returns the innermost error of a thrown value and its chain of causes. Never throws, even for values that are not
 * errors, circular causes and getters that throw.
 */
export function summarizeError(error: unknown): ErrorSummary {
  const chain = causesOf(error);
  const innermost = chain.at(-1) ?? error;
  const failures = chain.map((link) => safely(() => itemFailuresOf(link))).find((found) => found);
  const [first] = failures?.items ?? [];
  const message = safely(() => String(innermost instanceof Error ? innermost.message : innermost)) ?? '';
  return {
    type: safely(() => typeOf(innermost)) ?? 'Error',
    message: message.slice(0, MAX_MESSAGE_LENGTH),
    ...(failures && first && { item: first.key, items: failures.items }),
  };
}

/**
 * Returns the error and its causes, the outermost first; empty for a value that is not an error. Never
 * throws.
 */
export function causesOf(error: unknown): readonly Error[] {
  const chain: Error[] = [];
  let link: unknown = error;
  while (chain.length < MAX_CAUSES && safely(() => link instanceof Error)) {
    chain.push(link as Error);
    link = safely(() => (link as Error).cause);
  }
  return chain;
}

function itemFailuresOf(error: Error): ItemFailures | undefined {
  if (!(error instanceof ApplicationFailure) || error.type !== ITEM_FAILURE) return undefined;
  const details: unknown = error.details?.[0];
  if (typeof details !== 'object' || details === null || !('items' in details)) return undefined;
  return Array.isArray(details.items) ? (details as ItemFailures) : undefined;
}

function typeOf(error: unknown): string {
  if (error instanceof ApplicationFailure && error.type) return error.type;
  return error instanceof TemporalFailure || error instanceof Error ? error.name : 'Error';
}
