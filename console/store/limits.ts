/**
 * Limits of the store: defaults, and the parser of command-line values.
 */

/** Limits of one kind of data; data that exceeds either one is removed. */
export interface KeepLimits {
  readonly maxAgeMs: number;
  readonly maxBytes: number;
}

export interface StoreLimits {
  /** Summaries of closed runs. @default 400 days, 1 GB */
  readonly runs: KeepLimits;
  /** Spans, which may be up to a day older. @default 7 days, 2 GB */
  readonly spans: KeepLimits;
  /**
   * Spans of runs that, when other spans expired, had failed, were forced, open, or not known yet. They may
   * be up to two days older.
   *
   * @default 30 days, 512 MB
   */
  readonly kept: KeepLimits;
}

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;
const MB = 1024 ** 2;
const GB = 1024 ** 3;

export const DEFAULT_LIMITS: StoreLimits = Object.freeze({
  runs: { maxAgeMs: 400 * DAY_MS, maxBytes: GB },
  spans: { maxAgeMs: 7 * DAY_MS, maxBytes: 2 * GB },
  kept: { maxAgeMs: 30 * DAY_MS, maxBytes: GB / 2 },
});

/** Smallest size limit; a smaller store would have no room for data. */
const MIN_BYTES = 16 * MB;
const MAX_AGE_MS = 10 * 365 * DAY_MS;
const UNITS = { h: HOUR_MS, d: DAY_MS, mb: MB, gb: GB } as const;
const PART = /^(\d+(?:\.\d+)?)(h|d|mb|gb)$/;

/**
 * Parses limits such as `14d`, `5GB` or `14d,5GB`; a missing part is taken from the defaults.
 *
 * @param name name of the option, for the error
 * @throws {RangeError} with the option's name, the expectation and the value
 */
export function parseLimits(name: string, text: string, defaults: KeepLimits): KeepLimits {
  const parts = text.split(',').map((part) => PART.exec(part.trim().toLowerCase()));
  let { maxAgeMs, maxBytes } = defaults;
  for (const [, amount, unit] of parts.filter((part) => part !== null)) {
    const value = Number(amount) * UNITS[unit as keyof typeof UNITS];
    if (unit === 'h' || unit === 'd') maxAgeMs = value;
    else maxBytes = value;
  }
  const isWithin = maxAgeMs >= HOUR_MS && maxAgeMs <= MAX_AGE_MS && maxBytes >= MIN_BYTES;
  if (isWithin && !parts.includes(null)) return { maxAgeMs, maxBytes };
  throw new RangeError(
    `${name}: expected an age from 1h to 3650d, a size from 16MB, or both as in 14d,5GB, got ${JSON.stringify(text)}`,
  );
}
