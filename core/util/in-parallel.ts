/**
 * Runs calls concurrently, with a limit.
 */

/** Most concurrent calls by default, so that a loop over many items does not flood a server. */
const DEFAULT_LIMIT = 8;

/**
 * Calls `each` for all items, several at a time. After an error it starts no more, and rejects with the first one when
 * the started calls have ended.
 *
 * @param limit most concurrent calls
 */
export async function inParallel<T>(
  all: readonly T[],
  each: (one: T) => Promise<void>,
  limit = DEFAULT_LIMIT,
): Promise<void> {
  const rest = all.values();
  const errors: unknown[] = [];
  async function work(): Promise<void> {
    for (const one of rest) {
      if (errors.length > 0) return;
      await each(one).catch((error: unknown) => errors.push(error));
    }
  }
  await Promise.all(Array.from({ length: Math.min(limit, all.length) }, work));
  if (errors.length > 0) throw errors[0];
}
