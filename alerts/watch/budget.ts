/**
 * A token bucket that limits calls which can wait. Pure.
 */

/** A limited number of calls a second; unused ones accumulate up to a maximum. */
export interface Budget {
  /** Takes one call; returns false if none is left. */
  take(): boolean;
  /** Deducts calls that were made regardless; the budget may become negative. */
  spend(calls: number): void;
}

/**
 * Creates a budget, which is full at first.
 *
 * @param limits number of calls that become available a second, and most calls that accumulate
 * @param now returns milliseconds since 1970
 */
export function createBudget(
  { perSecond, max }: { readonly perSecond: number; readonly max: number },
  now: () => number,
): Budget {
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
