/**
 * Synthetic runs: trees of timed operations, as the timeline reads them from histories and spans.
 */
import { type Item, newItem, type Part } from '../../console/timeline/item';

/** An operation with time of its own, and calls of other operations in sequence or in parallel. */
export interface Operation {
  readonly name: string;
  readonly service?: string;
  readonly kind?: Item['kind'];
  /** Milliseconds before its calls. */
  readonly ownMs?: number;
  readonly waitsMs?: number;
  /** Milliseconds of failed attempts and of the back-off after them. */
  readonly retriesMs?: number;
  readonly calls?: readonly Operation[];
  readonly isParallel?: boolean;
  readonly hasError?: boolean;
}

/**
 * Returns a generator of pseudo-random numbers from 0 to below 1. @see
 * https://en.wikipedia.org/wiki/Lehmer_random_number_generator
 */
export function randomFrom(seed: number): () => number {
  let state = (seed % 2147483646) + 1;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}

/** Returns the tree of a run. `noise` changes each operation's own time, as in `(ms) => ms * 1.1`. */
export function syntheticRun(run: Operation, noise: (ms: number) => number = (ms) => ms): Item {
  let ids = 0;
  const itemOf = (operation: Operation, startMs: number, isRoot: boolean): Item => {
    const { name, service, calls = [], isParallel = false, hasError = false } = operation;
    const { kind = service === undefined ? 'activity' : 'operation' } = operation;
    const waitsMs = noise(operation.waitsMs ?? 0);
    const retriesMs = operation.retriesMs ?? 0;
    const workMs = startMs + waitsMs + retriesMs;
    let endMs = workMs + noise(operation.ownMs ?? 0);
    const callsMs = endMs;
    const children = calls.map((call) => {
      const child = itemOf(call, isParallel ? callsMs : endMs, false);
      endMs = Math.max(endMs, child.endMs);
      return child;
    });
    const parts: Part[] = [
      { state: 'waiting' as const, startMs, endMs: startMs + waitsMs },
      { state: 'retrying' as const, startMs: startMs + waitsMs, endMs: workMs },
      { state: 'working' as const, startMs: workMs, endMs },
    ].filter((part) => part.endMs > part.startMs);
    return newItem({
      id: isRoot ? 'run' : `s${++ids}`,
      kind: isRoot ? 'run' : kind,
      name,
      service,
      startMs,
      endMs,
      from: service === undefined ? 'both' : 'spans',
      children,
      hasError,
      parts: waitsMs + retriesMs > 0 ? parts : [],
    });
  };
  return itemOf(run, 1_000_000, true);
}
