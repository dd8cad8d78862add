/**
 * When a message is tried again: soon at first, then every five minutes, for a day. Pure.
 */

const FIRST_DELAYS_MS: readonly number[] = [2_000, 5_000, 15_000, 30_000, 60_000];
const LATER_DELAY_MS = 300_000;
const GIVE_UP_MS = 24 * 60 * 60 * 1_000;

/**
 * The pause before the next attempt; `undefined`: it is given up.
 *
 * @param attempt the one that failed, from 1 on
 * @param elapsedMs since the first attempt
 * @param askedMs what the receiver asks for
 */
export function retryDelayMs(attempt: number, elapsedMs: number, askedMs?: number): number | undefined {
  const delayMs = Math.max(FIRST_DELAYS_MS[attempt - 1] ?? LATER_DELAY_MS, askedMs ?? 0);
  return elapsedMs + delayMs > GIVE_UP_MS ? undefined : delayMs;
}
