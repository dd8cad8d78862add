/**
 * Runs calls concurrently, with a limit.
 */

const AT_ONCE = 8;

/**
 * Calls `each` for all items, eight at a time. After an error it starts no more, and rejects with the first
 * one when the started calls have ended.
 */
export async function inParallel<T>(all: readonly T[], each: (one: T) => Promise<void>): Promise<void> {
  const rest = all.values();
  const errors: unknown[] = [];
  async function work(): Promise<void> {
    for (const one of rest) {
      if (errors.length > 0) return;
      await each(one).catch((error: unknown) => errors.push(error));
    }
  }
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, all.length) }, work));
  if (errors.length > 0) throw errors[0];
}
