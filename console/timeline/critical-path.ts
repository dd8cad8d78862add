/**
 * The critical path of a run: for each moment, the item that the end of the run depended on. Pure.
 *
 * Computed from the end backwards: until a child's end its parent waited for it, and before the child's start
 * for the item that ended last. So each moment belongs to exactly one item, and shares of the run's time add
 * up.
 */
import type { Item, Period } from './item';

/** The periods in which each item itself is on the critical path; other items are left out. */
export type CriticalPath = ReadonlyMap<Item, readonly Period[]>;

/**
 * An item that ended at most this long before the next call, or this share of the run, is taken as its cause.
 */
const CAUSE_MS = 100;
const CAUSE_SHARE = 0.05;

/** An item that the critical path goes through in a period. */
interface Visit extends Period {
  readonly item: Item;
}

/** Returns the critical path of the run whose tree this is. */
export function criticalPath(root: Item): CriticalPath {
  const path = new Map<Item, Period[]>();
  const toleranceMs = Math.max(CAUSE_MS, (root.endMs - root.startMs) * CAUSE_SHARE);
  const open: Visit[] = [{ item: root, startMs: root.startMs, endMs: root.endMs }];
  for (let visit = open.pop(); visit !== undefined; visit = open.pop()) {
    const own: Period[] = [];
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

/** Splits the visited time of an item between itself and its children, in order of time. */
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

/** The children of an item, queried at ever earlier times. */
class Candidates {
  /** Children by end, the latest first. */
  readonly #byEnd: readonly Item[];
  #next = 0;
  /** Children that are active at the queried time. */
  #active: Item[] = [];

  constructor(children: readonly Item[]) {
    this.#byEnd = children.filter((child) => child.endMs > child.startMs).sort((a, b) => b.endMs - a.endMs);
  }

  /** Returns the child that was waited for before this time. */
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
