/** Does something for each of many, a few at a time. */

const AT_ONCE = 8;

/** Rejects with the first error, when what was begun has ended. */
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
