/**
 * The critical path of a run: at each moment the item that the run's end had to wait for. Pure.
 *
 * Read from the end backwards: before a child's end its parent waited for it, before the child's start for what ended
 * last before that. So each moment of the run belongs to exactly one item, and shares of the run's time add up.
 */
import type { Item } from './item';

/** A stretch of absolute time. */
export interface Span {
  readonly startMs: number;
  readonly endMs: number;
}

/** Where each item is the critical path itself; items that are not on it are left out. */
export type CriticalPath = ReadonlyMap<Item, readonly Span[]>;

/** What ended at most this long before the next call, or this share of the run, is taken for what caused it. */
const CAUSE_MS = 100;
const CAUSE_SHARE = 0.05;

interface Visit extends Span {
  readonly item: Item;
}

export function criticalPath(root: Item): CriticalPath {
  const path = new Map<Item, Span[]>();
  const toleranceMs = Math.max(CAUSE_MS, (root.endMs - root.startMs) * CAUSE_SHARE);
  const open: Visit[] = [{ item: root, startMs: root.startMs, endMs: root.endMs }];
  for (let visit = open.pop(); visit !== undefined; visit = open.pop()) {
    const own: Span[] = [];
    for (const step of stepsOf(visit, toleranceMs)) {
      if (step.item === visit.item) own.push(step);
      else open.push(step);
    }
    const known = path.get(visit.item);
    if (known) known.push(...own);
    else if (own.length > 0) path.set(visit.item, own);
  }
  return path;
}

/** The visited time of an item, split between itself and its children; in the order of time. */
function stepsOf({ item, startMs, endMs }: Visit, toleranceMs: number): Visit[] {
  const steps: Visit[] = [];
  const children = new Candidates(item.children);
  let atMs = endMs;
  while (atMs > startMs) {
    const child = children.before(atMs, startMs, toleranceMs);
    if (!child) break;
    const childEndMs = Math.min(child.endMs, atMs);
    if (childEndMs < atMs) steps.push({ item, startMs: childEndMs, endMs: atMs });
    const childStartMs = Math.max(child.startMs, startMs);
    steps.push({ item: child, startMs: childStartMs, endMs: childEndMs });
    atMs = childStartMs;
  }
  if (atMs > startMs) steps.push({ item, startMs, endMs: atMs });
  return steps.reverse();
}

/** The children of an item, asked for at ever earlier times. */
class Candidates {
  /** By end, the last first. */
  readonly #byEnd: readonly Item[];
  #next = 0;
  /** Those that go on at the time asked for. */
  #active: Item[] = [];

  constructor(children: readonly Item[]) {
    this.#byEnd = children.filter((child) => child.endMs > child.startMs).sort((a, b) => b.endMs - a.endMs);
  }

  /** The child that was waited for before this time. */
  before(atMs: number, fromMs: number, toleranceMs: number): Item | undefined {
    let ended: Item | undefined;
    for (let child = this.#byEnd[this.#next]; child !== undefined; child = this.#byEnd[this.#next]) {
      if (child.startMs >= atMs) this.#next++;
      else if (child.endMs > atMs) {
        this.#active.push(child);
        this.#next++;
      } else {
        ended = child.endMs > fromMs ? child : undefined;
        break;
      }
    }
    this.#active = this.#active.filter((child) => child.startMs < atMs);
    const active = this.#active.reduce<Item | undefined>(
      (first, child) => (first && first.startMs <= child.startMs ? first : child),
      undefined,
    );
    const isCause = ended && (!active || atMs - ended.endMs <= toleranceMs);
    if (!isCause) return active;
    this.#next++;
    return ended;
  }
}
