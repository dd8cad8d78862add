/**
 * Counters of runs in windows of time, behind reservoirs and caps.
 *
 * Answers from memory, at once, without timers: windows end by the clock. They begin at multiples of their
 * length since the epoch, so that all workers agree on them.
 */
import { BoundedMap } from '../core/util/bounded-map';

/**
 * Counter of runs per window: for one worker alone, or with leases from a store that counts for all workers.
 */
export interface WindowCounter {
  /**
   * Takes one of `limit.runs` in the current window of `limit.perMs` milliseconds; `false` if none is left.
   * Never throws, never blocks.
   */
  take(key: string, limit: { readonly runs: number; readonly perMs: number }): boolean;
}

interface Window {
  readonly perMs: number;
  /** Index of the window, counted from the epoch. */
  readonly index: number;
  taken: number;
}

/** Most windows kept; beyond that the oldest is dropped. */
const MAX_KEYS = 10_000;

/**
 * Returns a counter for this worker alone.
 *
 * @param now clock, in milliseconds since the epoch; setting it back does not end a window
 */
export function createWindowCounter(now: () => number = Date.now): WindowCounter {
  const windows = new BoundedMap<string, Window>(MAX_KEYS);

  function windowOf(key: string, perMs: number): Window {
    const index = Math.floor(now() / perMs);
    const known = windows.get(key);
    if (known?.perMs === perMs && index <= known.index) return known;
    const window = { perMs, index, taken: 0 };
    windows.set(key, window);
    return window;
  }

  return {
    take(key, { runs, perMs }) {
      const window = windowOf(key, perMs);
      if (window.taken >= runs) return false;
      window.taken++;
      return true;
    },
  };
}
