/**
 * How many calls a watcher may spend on what can wait: so many a second, saved up to a limit. Pure.
 */

/** A budget of calls. */
export interface Budget {
  /** Whether a call may be made now; then it is spent. */
  take(): boolean;
  /** Calls that had to be made all the same: the next ones wait for them. */
  spend(calls: number): void;
}

export function createBudget(perSecond: number, max: number, now: () => number): Budget {
  let saved = max;
  let atMs = now();
  const save = () => {
    const nowMs = now();
    saved = Math.min(max, saved + (Math.max(0, nowMs - atMs) / 1_000) * perSecond);
    atMs = nowMs;
  };
  return {
    take() {
      save();
      if (saved < 1) return false;
      saved--;
      return true;
    },
    spend(calls) {
      save();
      saved -= calls;
    },
  };
}
