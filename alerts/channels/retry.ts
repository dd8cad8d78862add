/**
 * When a failed delivery is retried: soon at first, then every five minutes, for a day. Pure.
 */

const FIRST_DELAYS_MS: readonly number[] = [2_000, 5_000, 15_000, 30_000, 60_000];
const LATER_DELAY_MS = 300_000;
const GIVE_UP_MS = 24 * 60 * 60 * 1_000;

/**
 * Returns the pause before the next attempt, in milliseconds; `undefined` after 24 hours: give up.
 *
 * @param attempt number of the attempt that failed, from 1
 * @param elapsedMs milliseconds since the first attempt
 * @param requestedMs pause that the receiver requested with `Retry-After`, in milliseconds
 */
export function retryDelayMs(attempt: number, elapsedMs: number, requestedMs?: number): number | undefined {
  const delayMs = Math.max(FIRST_DELAYS_MS[attempt - 1] ?? LATER_DELAY_MS, requestedMs ?? 0);
  return elapsedMs + delayMs > GIVE_UP_MS ? undefined : delayMs;
}
