/**
 * Counts runs of windows for all workers together, through Redis.
 *
 * `take` answers from memory; Redis hears of it beside the run. For a reservoir every run is reported, and what
 * the fleet has left is remembered: too many are recorded rather than too few. For a cap shares are leased in
 * advance: too few rather than too many. Until Redis has answered the first time in a window, a cap lets one run
 * pass, so that a rare job is not capped by a lease that is on its way.
 */
import { setBounded } from '../../core/util/bounded-map';
import { createWindowCounter, type WindowCounter } from '../windows';
import { takeCommand } from './key-space';

/** Sends a script beside the run; `undefined`: there is no Redis. The promise rejects when it failed. */
export type Send = (args: readonly string[]) => Promise<unknown> | undefined;

interface Window {
  readonly perMs: number;
  readonly runs: number;
  /** Number of the window since the epoch. */
  readonly index: number;
  /** How many runs may still be taken, as far as this worker knows. */
  left: number;
  /** Taken, and not reported yet. */
  owed: number;
  /** At which `left` the next lease is asked for; -1: there are no more. */
  askAt: number;
  /** Redis has answered. */
  isKnown: boolean;
  isAsking: boolean;
}

const MAX_KEYS = 10_000;
/** Clocks of workers differ: a window's count outlives it. */
const WINDOW_SLACK_MS = 60_000;

/** Without Redis it counts for this worker alone. */
export function createFleetCounter(send: Send, prefix: string, now: () => number = Date.now): WindowCounter {
  const windows = new Map<string, Window>();
  const own = createWindowCounter(now);

  function windowOf(key: string, runs: number, perMs: number): Window {
    const index = Math.floor(now() / perMs);
    const known = windows.get(key);
    if (known?.perMs === perMs && known.runs === runs && index <= known.index) return known;
    const left = isCap(key) ? 1 : runs;
    const window = { perMs, runs, index, left, owed: 0, askAt: left, isKnown: false, isAsking: false };
    setBounded(windows, key, window, MAX_KEYS);
    return window;
  }

  /** `false`: there is no Redis. */
  function report(key: string, window: Window): boolean {
    if (window.isAsking) return true;
    const { perMs, index, runs, owed } = window;
    const ttlMs = Math.max(0, (index + 1) * perMs - now()) + WINDOW_SLACK_MS;
    const how = isCap(key) ? 'lease' : 'count';
    const reply = send(takeCommand(`${prefix}:${key}:${perMs}:${index}`, owed, runs, how, ttlMs));
    if (reply === undefined) return false;
    window.isAsking = true;
    window.owed = 0;
    reply.then(
      (left) => {
        window.isAsking = false;
        settle(key, window, Number(left));
      },
      () => {
        window.isAsking = false;
      },
    );
    return true;
  }

  function settle(key: string, window: Window, left: number): void {
    if (!isCap(key)) {
      window.left = Math.max(0, left - window.owed);
    } else {
      // The run that passed before the first answer was reported with the question.
      window.left = (window.isKnown ? window.left : 0) + left;
      window.askAt = left === 0 ? -1 : Math.floor(left / 2);
    }
    window.isKnown = true;
    if (window.owed > 0) report(key, window);
  }

  return {
    take(key, limit) {
      const window = windowOf(key, limit.runs, limit.perMs);
      const isTaken = window.left > 0;
      if (isTaken) {
        window.left--;
        if (!isCap(key) || !window.isKnown) window.owed++;
      }
      const hasNews = window.owed > 0 || (isCap(key) && window.left <= window.askAt);
      if (hasNews && !report(key, window)) {
        windows.delete(key);
        return own.take(key, limit);
      }
      if (isTaken) own.take(key, limit);
      return isTaken;
    },
  };
}

function isCap(key: string): boolean {
  return key.startsWith('cap:');
}
