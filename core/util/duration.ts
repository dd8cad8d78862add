/**
 * Durations in specs, JSON and options: strings with a unit. A bare number is refused, since people read it
 * as seconds and Temporal as milliseconds.
 *
 * Pure; sandbox code.
 */
import type { Duration, RetryPolicy } from '@temporalio/common';
import { msToNumber } from '@temporalio/common/lib/time';

/** A unit of time in a {@link DurationText}. */
export type DurationUnit =
  | ('ms' | 'msec' | 'msecs' | 'millisecond' | 'milliseconds')
  | ('s' | 'sec' | 'secs' | 'second' | 'seconds')
  | ('m' | 'min' | 'mins' | 'minute' | 'minutes')
  | ('h' | 'hr' | 'hrs' | 'hour' | 'hours')
  | ('d' | 'day' | 'days' | 'w' | 'week' | 'weeks' | 'y' | 'yr' | 'yrs' | 'year' | 'years');

/**
 * A duration with its unit, such as `'30 s'`, `'2 hours'` or `'-1 day'`. Not derived from Temporal's
 * `Duration`, which is `any` under TypeScript's module resolution `nodenext`.
 */
export type DurationText = `${number}${DurationUnit}` | `${number} ${DurationUnit}`;

/** Temporal's retry policy with durations that have a unit. */
export type JobRetryPolicy = Omit<RetryPolicy, 'initialInterval' | 'maximumInterval'> & {
  /** Interval before the first retry. @default '1 second' */
  readonly initialInterval?: DurationText;
  /** Longest interval between two attempts. @default 100 × `initialInterval` */
  readonly maximumInterval?: DurationText;
};

const BARE_NUMBER = /^\s*-?\d*\.?\d+\s*$/;

/**
 * Returns the duration in milliseconds; `undefined` for any other value, including a bare number. Never
 * throws.
 */
export function durationMs(value: unknown): number | undefined {
  if (typeof value !== 'string' || BARE_NUMBER.test(value)) return undefined;
  try {
    const ms = msToNumber(value as Duration);
    return Number.isFinite(ms) ? ms : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Returns the expectation for an error about a value that is not such a duration.
 *
 * @param expected expectation for any value but a bare positive number, for which the number with a unit is
 *   suggested
 */
export function expectedDuration(value: unknown, expected: string): string {
  const isBare = typeof value === 'number' ? Number.isFinite(value) : BARE_NUMBER.test(String(value));
  const number = Number(value);
  // With a unit, most options would still refuse zero and negative numbers.
  if (!isBare || number <= 0) return expected;
  // A large number was surely meant in milliseconds, as Temporal reads it.
  return `"${String(value).trim()} ${number < 1_000 ? 's' : 'ms'}"`;
}
