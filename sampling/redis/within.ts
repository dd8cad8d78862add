/** A bound for what Redis is asked: a connection that hangs never answers. */

/**
 * The promise's outcome, if it has one in that time. The timer keeps no process alive.
 *
 * @throws {Error} that says so after that time, whatever the promise does later
 */
export async function within<T>(timeoutMs: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${Math.round(timeoutMs)} ms`)), timeoutMs);
    timer.unref();
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
