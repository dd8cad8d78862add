/**
 * Counters of runs in windows of time, behind reservoirs and caps.
 *
 * Answers from memory, at once, without timers: a window is over when the clock says so. Windows begin at whole
 * multiples of their length since the epoch, so that all workers agree on them.
 */
import { setBounded } from '../core/util/bounded-map';

/** Counts for one worker, or holds leases from a store that counts for the fleet. */
export interface WindowCounter {
  /** Takes one of `limit.runs` in the present window; `false`: none is left. Never throws, never waits. */
  take(key: string, limit: { readonly runs: number; readonly perMs: number }): boolean;
}

interface Window {
  readonly perMs: number;
  /** Number of the window since the epoch. */
  readonly index: number;
  taken: number;
}

/** Beyond it, the window that was begun first is forgotten. */
const MAX_KEYS = 10_000;

/**
 * A counter for this worker alone.
 *
 * @param now milliseconds since the epoch; a clock that is set back ends no window
 */
export function createWindowCounter(now: () => number = Date.now): WindowCounter {
  const windows = new Map<string, Window>();

  function windowOf(key: string, perMs: number): Window {
    const index = Math.floor(now() / perMs);
    const known = windows.get(key);
    if (known?.perMs === perMs && index <= known.index) return known;
    const window = { perMs, index, taken: 0 };
    setBounded(windows, key, window, MAX_KEYS);
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
