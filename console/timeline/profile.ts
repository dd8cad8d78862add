/**
 * A run's time by path: service and operation, from the run down. What the sentence compares. Pure.
 */
import type { BarState } from '../api/types';
import { type CriticalPath, criticalPath } from './critical-path';
import type { Item } from './item';

/** One path, as it is stored. Times are those on the critical path. */
export interface PathTime {
  /** Elements from the run down, as {@link elementOf} writes them. */
  readonly path: readonly string[];
  readonly ms: number;
  readonly calls: number;
  readonly errors: number;
  /** The longest single call, from its start to its end. */
  readonly longestMs: number;
  /** How many of the elements the history knows as well. */
  readonly known: number;
}

/** A run's time by path, plain data: it is stored as JSON. */
export interface Profile {
  /** From due to end. */
  readonly totalMs: number;
  readonly from: 'history' | 'spans';
  readonly paths: readonly PathTime[];
}

/** Time that is not an operation's: one path each. */
export const WAITING = '\u0001waiting';
export const RETRIES = '\u0001retries';

/** Between service and operation in an element. */
const SEPARATOR = '\u0000';
/** Paths of a profile; the ones with the least time are counted to their parents. */
const MAX_PATHS = 400;
/** Deeper ones are counted to their parents. */
const MAX_DEPTH = 40;

const IDS = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\b(?=[a-f]*\d)[0-9a-f]{8,}\b|\d+/gi;

/** A name without what differs from call to call: `GET /users/#`. */
export function foldName(name: string): string {
  return name.replace(IDS, '#');
}

/** Service, where it is not the run's own worker, and operation. */
export function serviceAndOperation(element: string): { service?: string; operation: string } {
  const at = element.indexOf(SEPARATOR);
  return at < 0
    ? { operation: element }
    : { service: element.slice(0, at), operation: element.slice(at + SEPARATOR.length) };
}

/** What stands for an item in a path. Temporal's own kinds have no service: a history does not know it. */
function elementOf({ kind, name, service, from }: Item): string {
  if (kind === 'missing') return 'a span that was not received';
  if (kind === 'wait') return 'waits';
  if (kind === 'signal') return `signal ${foldName(name)}`;
  return kind !== 'operation' || from === 'history' || service === undefined
    ? foldName(name)
    : `${service}${SEPARATOR}${foldName(name)}`;
}

interface Draft {
  path: readonly string[];
  ms: number;
  calls: number;
  errors: number;
  longestMs: number;
  known: number;
}

interface Visit {
  readonly item: Item;
  readonly path: readonly string[];
  readonly known: number;
  /** Below an attempt that failed: all of it is retries. */
  readonly isRetry: boolean;
}

/** A profile, and which path each item was counted to. */
export interface MeasuredRun {
  readonly profile: Profile;
  readonly critical: CriticalPath;
  /** Items by the path that they were counted to, in its written form. */
  readonly itemsOf: ReadonlyMap<string, readonly Item[]>;
}

/** A path in one text. */
export function pathKey(path: readonly string[]): string {
  return path.join('\u0002');
}

export function measure(root: Item): MeasuredRun {
  const critical = criticalPath(root);
  const drafts = new Map<string, Draft>();
  const itemsOf = new Map<string, Item[]>();
  let hasSpans = false;
  const open: Visit[] = [{ item: root, path: [elementOf(root)], known: 1, isRetry: false }];
  for (let visit = open.pop(); visit !== undefined; visit = open.pop()) {
    const { item, path } = visit;
    hasSpans ||= item.from !== 'history';
    const items = itemsOf.get(pathKey(path));
    if (items) items.push(item);
    else itemsOf.set(pathKey(path), [item]);
    countTime(drafts, visit, critical);
    for (const child of item.children) open.push(visitBelow(visit, child));
  }
  const totalMs = root.endMs - root.startMs;
  const profile = { totalMs, from: hasSpans ? 'spans' : 'history', paths: limited(drafts) } as const;
  return { profile, critical, itemsOf };
}

function visitBelow({ item, path, known, isRetry }: Visit, child: Item): Visit {
  const isDeep = path.length >= MAX_DEPTH;
  return {
    item: child,
    path: isDeep ? path : [...path, elementOf(child)],
    known: child.from === 'spans' || isDeep ? known : path.length + 1,
    isRetry: isRetry || isFailedAttempt(item, child),
  };
}

function countTime(
  drafts: Map<string, Draft>,
  { item, path, known, isRetry }: Visit,
  critical: CriticalPath,
): void {
  count(draftOf(drafts, path, known), item);
  for (const { startMs, endMs } of critical.get(item) ?? []) {
    for (const [state, ms] of byState(item, startMs, endMs)) {
      const target = isRetry ? RETRIES : targetOf(state);
      const draft = target ? draftOf(drafts, [target], 1) : draftOf(drafts, path, known);
      draft.ms += ms;
      if (target) draft.calls++;
    }
  }
}

function draftOf(drafts: Map<string, Draft>, path: readonly string[], known: number): Draft {
  const key = pathKey(path);
  let draft = drafts.get(key);
  if (!draft) {
    draft = { path, ms: 0, calls: 0, errors: 0, longestMs: 0, known };
    drafts.set(key, draft);
  }
  return draft;
}

function count(draft: Draft, item: Item): void {
  draft.calls++;
  if (item.hasError) draft.errors++;
  draft.longestMs = Math.max(draft.longestMs, item.endMs - item.startMs);
}

function targetOf(state: BarState): typeof WAITING | typeof RETRIES | undefined {
  switch (state) {
    case 'waiting':
      return WAITING;
    case 'retrying':
    case 'failed':
    case 'back-off':
      return RETRIES;
    default:
      return undefined;
  }
}

/** Of several attempts, one that failed and was followed by another. */
function isFailedAttempt(parent: Item, child: Item): boolean {
  return (
    parent.kind === 'activity' &&
    child.hasError &&
    /^attempt \d+$/.test(child.name) &&
    child.endMs < parent.endMs
  );
}

/** A stretch of an item by the state that the item was in. */
function byState(item: Item, startMs: number, endMs: number): [BarState, number][] {
  const found: [BarState, number][] = [];
  let leftMs = endMs - startMs;
  for (const part of item.parts) {
    const ms = Math.min(part.endMs, endMs) - Math.max(part.startMs, startMs);
    if (ms <= 0) continue;
    // The last attempt that failed is what the item did, not a retry.
    const isLast = part.state === 'failed' && part === item.parts.at(-1);
    found.push([isLast ? 'working' : part.state, ms]);
    leftMs -= ms;
  }
  if (leftMs > 0) found.push(['working', leftMs]);
  return found;
}

/** The paths with most time; the time of the others is their nearest kept parent's. */
function limited(drafts: ReadonlyMap<string, Draft>): Draft[] {
  const sorted = [...drafts.values()].sort((a, b) => b.ms - a.ms || b.calls - a.calls);
  if (sorted.length <= MAX_PATHS) return sorted;
  const kept = new Map(sorted.slice(0, MAX_PATHS).map((draft) => [pathKey(draft.path), draft]));
  for (const { path, ms } of sorted.slice(MAX_PATHS)) {
    for (let depth = path.length - 1; depth > 0; depth--) {
      const above = kept.get(pathKey(path.slice(0, depth)));
      if (!above) continue;
      above.ms += ms;
      break;
    }
  }
  return [...kept.values()];
}
