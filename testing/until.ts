/**
 * The one way to wait for something, in tests and examples and for the servers that they start.
 */
import { setTimeout as sleep } from 'node:timers/promises';

const DEFAULT_WITHIN_MS = 60_000;
/** Between two looks: short at first, since most things are there soon. */
const FIRST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 100;

export interface UntilOptions {
  /** Milliseconds after which the waiting fails. @default 60000 */
  readonly within?: number;
  /** What is wrong if the time passes, such as `no run began`; a function is called only then. */
  readonly says: string | (() => string);
}

/**
 * Probes until it finds something (anything but `undefined`, `null`, `false`, `0` and the empty string) and
 * returns that.
 *
 * @throws Error of `says` when the time has passed, even if a probe hangs; what a probe throws ends the waiting.
 */
export async function until<T>(
  probe: () => T | Promise<T>,
  { within = DEFAULT_WITHIN_MS, says }: UntilOptions,
): Promise<NonNullable<Exclude<T, false | 0 | ''>>> {
  const over = new AbortController();
  try {
    return await Promise.race([poll(probe, over.signal), expire(within, says, over.signal)]);
  } finally {
    over.abort();
  }
}

async function poll<T>(
  probe: () => T | Promise<T>,
  signal: AbortSignal,
): Promise<NonNullable<Exclude<T, false | 0 | ''>>> {
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    const found = await probe();
    if (found) return found as NonNullable<Exclude<T, false | 0 | ''>>;
    await sleep(pause, undefined, { signal });
  }
}

async function expire(within: number, says: UntilOptions['says'], signal: AbortSignal): Promise<never> {
  await sleep(within, undefined, { signal });
  throw new Error(`${typeof says === 'string' ? says : says()}, after ${within} ms`);
}
