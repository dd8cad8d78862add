/**
 * Waiting for code that may never answer.
 */

/** Milliseconds that a flush or the shutdown may take. */
export const DEFAULT_FLUSH_TIMEOUT_MS = 5_000;

/**
 * Starts the work and waits until it is settled, at most `timeoutMs`. Never rejects, also when the work
 * throws at once. Resolves to `false` when the time was up.
 *
 * The timer keeps the process alive: it is what the caller waits for.
 */
export async function settledWithin(timeoutMs: number, work: () => Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, timeoutMs, false);
  });
  const settled = (async () => {
    try {
      await work();
    } catch {
      // Whoever does the work counts its losses and says them.
    }
    return true;
  })();
  const inTime = await Promise.race([settled, timeUp]);
  clearTimeout(timer);
  return inTime;
}
