/**
 * Counts runs of windows for all workers together, through Redis.
 *
 * `take` answers from memory and reports to Redis in the background. A reservoir reports every run and remembers how
 * many the fleet has left, so it rather samples too many runs than too few. A cap leases shares in advance, so it
 * rather samples too few. Until Redis has replied for the first time in a window, a cap lets one run pass: otherwise
 * the first run of a rare job would be capped before the lease arrives.
 */
import { BoundedMap } from '../../core/util/bounded-map';
import { createWindowCounter, type WindowCounter } from '../windows';
import { takeCommand } from './key-space';

/**
 * Sends a script to Redis in the background; returns `undefined` if Redis is not connected. The promise rejects if the
 * script failed.
 */
export type Send = (args: readonly string[]) => Promise<unknown> | undefined;

interface Window {
  readonly perMs: number;
  readonly runs: number;
  /** Index of the window, counted from the epoch. */
  readonly index: number;
  /** Number of runs that may still be taken, as far as this worker knows. */
  left: number;
  /** Number of runs taken but not yet reported. */
  unreported: number;
  /** Value of {@link left} at which the next lease is requested; -1 if there are no further leases. */
  leaseAt: number;
  /** Whether Redis has replied in this window. */
  isKnown: boolean;
  /** Whether a report is in progress. */
  isReporting: boolean;
}

/** Most windows kept; beyond that the oldest is dropped. */
const MAX_KEYS = 10_000;
/** How long a count outlives its window, in milliseconds: the clocks of workers differ. */
const WINDOW_SLACK_MS = 60_000;

/** Returns a counter for all workers; without Redis it counts for this worker alone. */
export function createFleetCounter(send: Send, prefix: string, now: () => number = Date.now): WindowCounter {
  const windows = new BoundedMap<string, Window>(MAX_KEYS);
  const local = createWindowCounter(now);

  function windowOf(key: string, runs: number, perMs: number): Window {
    const index = Math.floor(now() / perMs);
    const known = windows.get(key);
    if (known?.perMs === perMs && known.runs === runs && index <= known.index) return known;
    const left = isCap(key) ? 1 : runs;
    const window: Window = {
      perMs,
      runs,
      index,
      left,
      unreported: 0,
      leaseAt: left,
      isKnown: false,
      isReporting: false,
    };
    windows.set(key, window);
    return window;
  }

  /** Reports the runs taken, and requests a lease for a cap. Returns `false` if Redis is not connected. */
  function report(key: string, window: Window): boolean {
    if (window.isReporting) return true;
    const { perMs, index, runs, unreported } = window;
    const ttlMs = Math.max(0, (index + 1) * perMs - now()) + WINDOW_SLACK_MS;
    const how = isCap(key) ? 'lease' : 'count';
    const reply = send(takeCommand(`${prefix}:${key}:${perMs}:${index}`, unreported, runs, how, ttlMs));
    if (reply === undefined) return false;
    window.isReporting = true;
    window.unreported = 0;
    reply.then(
      (left) => {
        window.isReporting = false;
        onReply(key, window, Number(left));
      },
      () => {
        window.isReporting = false;
      },
    );
    return true;
  }

  /** @param left runs left in the fleet's window, or runs leased to this worker for a cap */
  function onReply(key: string, window: Window, left: number): void {
    if (!isCap(key)) {
      window.left = Math.max(0, left - window.unreported);
    } else {
      // The run that passed before the first reply was reported with the request for it.
      window.left = (window.isKnown ? window.left : 0) + left;
      window.leaseAt = left === 0 ? -1 : Math.floor(left / 2);
    }
    window.isKnown = true;
    if (window.unreported > 0) report(key, window);
  }

  return {
    take(key, limit) {
      const window = windowOf(key, limit.runs, limit.perMs);
      const isTaken = window.left > 0;
      if (isTaken) {
        window.left--;
        if (!isCap(key) || !window.isKnown) window.unreported++;
      }
      const isDue = window.unreported > 0 || (isCap(key) && window.left <= window.leaseAt);
      if (isDue && !report(key, window)) {
        windows.delete(key);
        return local.take(key, limit);
      }
      if (isTaken) local.take(key, limit);
      return isTaken;
    },
  };
}

function isCap(key: string): boolean {
  return key.startsWith('cap:');
}
