/** Time limit for calls to Redis: a connection that hangs never replies. */

/**
 * Settles as the promise does, at most `timeoutMs` milliseconds later. The timer does not keep the process alive.
 *
 * @throws {Error} `no answer within … ms` after that time
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
