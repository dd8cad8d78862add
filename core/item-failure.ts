/**
 * Errors that name the item of a shard that failed, and how to read one out of a chain of causes.
 *
 * Pure.
 */
import { ApplicationFailure, TemporalFailure } from '@temporalio/common';
import { safely } from './util/untrusted';

/** Type of the error of a shard in which `forEachItem` failed. */
export const ITEM_FAILURE = 'ItemFailed';

/** Items that an error names. */
export const MAX_NAMED_ITEMS = 20;

/** Characters of a text: an error names many items, and must itself fit into an event. */
const MAX_MESSAGE_LENGTH = 2_000;

/** Causes that are followed: an error may be its own cause. */
const MAX_CAUSES = 100;

/** One item that failed, as it stands in the details of the error. */
export interface ItemFailure {
  /** Its business key, such as `account 1000002`. */
  readonly key: string;
  readonly type: string;
  readonly message: string;
}

/** Details of the error. */
export interface ItemFailures {
  /** The first that failed, at most {@link MAX_NAMED_ITEMS}. */
  readonly items: readonly ItemFailure[];
  readonly failed: number;
}

/** What the error of a shard says. */
export interface ErrorFacts {
  /** Type of the innermost error. */
  readonly type: string;
  /** Text of the innermost error, at most 2,000 characters. */
  readonly message: string;
  /** Key of the first item that failed. */
  readonly item?: string;
  readonly items?: readonly ItemFailure[];
}

/** Reads a chain of causes. Never throws, whatever was thrown: no error, one that causes itself, getters that throw. */
export function errorFacts(error: unknown): ErrorFacts {
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

/** The error and its causes, the outermost first; empty for what is not an error. Never throws. */
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
