/**
 * Time limits for work that may never end.
 */

/** Default time limit of a flush and of the shutdown, in milliseconds. */
export const DEFAULT_FLUSH_TIMEOUT_MS = 5_000;

/**
 * Starts the work and waits until it has settled, at most `timeoutMs` milliseconds. Resolves to `false` on
 * timeout. Never rejects, even if the work throws synchronously.
 *
 * The timer keeps the process alive, since the caller waits for it.
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
      // The processors count and log their losses themselves.
    }
    return true;
  })();
  const inTime = await Promise.race([settled, timeUp]);
  clearTimeout(timer);
  return inTime;
}
