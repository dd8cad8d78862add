/**
 * A run's time by path of service and operation, from the run down; the basis of the sentence. Pure.
 */
import type { BarState } from '../types';
import { type CriticalPath, criticalPath } from './critical-path';
import type { Item } from './item';

/** One path, in the stored form. Times are those on the critical path. */
export interface PathTime {
  /** Elements from the run down, in the form of {@link elementOf}. */
  readonly path: readonly string[];
  readonly ms: number;
  readonly calls: number;
  readonly errors: number;
  /** Duration of the longest single call, in milliseconds. */
  readonly longestMs: number;
  /** Number of leading elements that the history also has. */
  readonly known: number;
}

/** A run's time by path, plain data that is stored as JSON. */
export interface Profile {
  /** Milliseconds from the due time to the end. */
  readonly totalMs: number;
  readonly from: 'history' | 'spans';
  readonly paths: readonly PathTime[];
}

/** Paths of times outside operations. */
export const WAITING = '\u0001waiting';
/** Key of the time in retries, which no operation can have as its name. */
export const RETRIES = '\u0001retries';

/** Separates service and operation in an element. */
const SEPARATOR = '\u0000';
/** Maximum number of paths of a profile; those with the least time count to their parents. */
const MAX_PATHS = 400;
/** Deepest path; deeper ones count to their parents. */
const MAX_DEPTH = 40;

const IDS = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\b(?=[a-f]*\d)[0-9a-f]{8,}\b|\d+/gi;

/** Returns the name with `#` in place of numbers and ids, as in `GET /users/#`. */
export function withoutIds(name: string): string {
  return name.replace(IDS, '#');
}

/** Splits an element into service, if it is not the run's own worker, and operation. */
export function serviceAndOperation(element: string): { service?: string; operation: string } {
  const at = element.indexOf(SEPARATOR);
  return at < 0
    ? { operation: element }
    : { service: element.slice(0, at), operation: element.slice(at + SEPARATOR.length) };
}

/**
 * Returns an item's element in a path. Temporal's own kinds have no service, since a history does not have
 * it.
 */
function elementOf({ kind, name, service, from }: Item): string {
  if (kind === 'missing') return 'a span that was not received';
  if (kind === 'wait') return 'waits';
  if (kind === 'signal') return `signal ${withoutIds(name)}`;
  return kind !== 'operation' || from === 'history' || service === undefined
    ? withoutIds(name)
    : `${service}${SEPARATOR}${withoutIds(name)}`;
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
  /** Whether the item is in a failed attempt, so that its time counts as retries. */
  readonly isRetry: boolean;
}

/** A profile, with the path that each item counts to. */
export interface MeasuredRun {
  readonly profile: Profile;
  readonly critical: CriticalPath;
  /** Items by the {@link pathKey} of the path that they count to. */
  readonly itemsOf: ReadonlyMap<string, readonly Item[]>;
}

/** Returns a path as one string. */
export function pathKey(path: readonly string[]): string {
  return path.join('\u0002');
}

/** Measures the critical path of a run. */
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

/** Whether the child is a failed attempt that was followed by another. */
function isFailedAttempt(parent: Item, child: Item): boolean {
  return (
    parent.kind === 'activity' &&
    child.hasError &&
    /^attempt \d+$/.test(child.name) &&
    child.endMs < parent.endMs
  );
}

/** Splits a period of an item by the item's state. */
function byState(item: Item, startMs: number, endMs: number): [BarState, number][] {
  const found: [BarState, number][] = [];
  let leftMs = endMs - startMs;
  for (const part of item.parts) {
    const ms = Math.min(part.endMs, endMs) - Math.max(part.startMs, startMs);
    if (ms <= 0) continue;
    // A failed last attempt is the item's own work, not a retry.
    const isLast = part.state === 'failed' && part === item.parts.at(-1);
    found.push([isLast ? 'working' : part.state, ms]);
    leftMs -= ms;
  }
  if (leftMs > 0) found.push(['working', leftMs]);
  return found;
}

/** Returns the paths with the most time; the others count to their nearest remaining parent. */
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
