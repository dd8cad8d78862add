/**
 * The one way to wait for something, in tests and examples and for the servers that they start.
 */
import { setTimeout as sleep } from 'node:timers/promises';

const DEFAULT_WITHIN_MS = 60_000;
/** Between two looks: short at first, since most things are there soon. */
const FIRST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 100;
/** What the last look may take; then it is taken for one that hangs. */
const LAST_LOOK_MS = 1_000;

type Found<T> = NonNullable<Exclude<T, false | 0 | ''>>;

export interface UntilOptions {
  /** Milliseconds after which the waiting fails. @default 60000 */
  readonly within?: number;
  /** What is wrong if the time passes, such as `no run began`; a function is called only then. */
  readonly says: string | (() => string);
}

/**
 * Probes until it finds something (anything but `undefined`, `null`, `false`, `0` and the empty string) and
 * returns that; looks for the last time when the time has passed.
 *
 * @throws Error of `says` when the time has passed, even if a probe hangs; what a probe throws ends the waiting.
 */
export async function until<T>(
  probe: () => T | Promise<T>,
  { within = DEFAULT_WITHIN_MS, says }: UntilOptions,
): Promise<Found<T>> {
  const problem = () => new Error(`${typeof says === 'string' ? says : says()}, after ${within} ms`);
  const over = new AbortController();
  const hangs = sleep(within + LAST_LOOK_MS, undefined, { signal: over.signal }).then(() => {
    throw problem();
  });
  try {
    return await Promise.race([poll(probe, within, problem, over.signal), hangs]);
  } finally {
    over.abort();
  }
}

async function poll<T>(
  probe: () => T | Promise<T>,
  within: number,
  problem: () => Error,
  signal: AbortSignal,
): Promise<Found<T>> {
  const end = performance.now() + within;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    const left = end - performance.now();
    const found = await probe();
    if (found) return found as Found<T>;
    if (left <= 0) throw problem();
    await sleep(Math.min(pause, left), undefined, { signal });
  }
}
