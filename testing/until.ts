/**
 * The one way to wait for something in tests, in examples and for the servers that they start.
 */
import { setTimeout as sleep } from 'node:timers/promises';

const DEFAULT_WITHIN_MS = 60_000;
/** Pause between two probes: short at first, since most waits are short. */
const FIRST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 100;
/** Time for the last probe; then it counts as hanging. */
const LAST_PROBE_MS = 1_000;

type Found<T> = NonNullable<Exclude<T, false | 0 | ''>>;

/** Options of {@link until}. */
export interface UntilOptions {
  /** Milliseconds after which waiting fails. @default 60000 */
  readonly within?: number;
  /** The problem if the time passes, such as `no run began`; a function is called only then. */
  readonly says: string | (() => string);
}

/**
 * Calls the probe until it returns something other than `undefined`, `null`, `false`, `0` or the empty string, and
 * returns that. The last call is after the time has passed.
 *
 * @throws {Error} with `says` if the time has passed, even if a probe hangs; an error of a probe is thrown at once
 */
export async function until<T>(
  probe: () => T | Promise<T>,
  { within = DEFAULT_WITHIN_MS, says }: UntilOptions,
): Promise<Found<T>> {
  const problem = () => new Error(`${typeof says === 'string' ? says : says()}, after ${within} ms`);
  const over = new AbortController();
  const hangs = sleep(within + LAST_PROBE_MS, undefined, { signal: over.signal }).then(() => {
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
