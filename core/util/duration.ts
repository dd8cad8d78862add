/**
 * Durations as users write them in specs, JSON and options: text with a unit. A bare number is refused, since its
 * reader takes it for seconds and Temporal for milliseconds.
 *
 * Pure; sandbox code.
 */
import type { Duration, RetryPolicy } from '@temporalio/common';
import { msToNumber } from '@temporalio/common/lib/time';

/** Units of a {@link DurationText}. */
export type DurationUnit =
  | ('ms' | 'msec' | 'msecs' | 'millisecond' | 'milliseconds')
  | ('s' | 'sec' | 'secs' | 'second' | 'seconds')
  | ('m' | 'min' | 'mins' | 'minute' | 'minutes')
  | ('h' | 'hr' | 'hrs' | 'hour' | 'hours')
  | ('d' | 'day' | 'days' | 'w' | 'week' | 'weeks' | 'y' | 'yr' | 'yrs' | 'year' | 'years');

/**
 * A duration with its unit, such as `'30 s'`, `'2 hours'` or `'-1 day'`. Not derived from Temporal's `Duration`, which
 * is `any` under TypeScript's module resolution `nodenext`.
 */
export type DurationText = `${number}${DurationUnit}` | `${number} ${DurationUnit}`;

/** Temporal's retry policy with durations that have a unit. */
export type RetryRule = Omit<RetryPolicy, 'initialInterval' | 'maximumInterval'> & {
  /** Pause before the second attempt. @default '1 second' */
  readonly initialInterval?: DurationText;
  /** The longest pause. @default 100 × `initialInterval` */
  readonly maximumInterval?: DurationText;
};

const BARE_NUMBER = /^\s*-?\d*\.?\d+\s*$/;

/** The duration in milliseconds; `undefined` for anything else, a bare number included. Never throws. */
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
 * What an error should say was expected instead of a value that is not such a duration.
 *
 * @param expected for anything but a bare number, which gets the same number with a unit
 */
export function expectedDuration(value: unknown, expected: string): string {
  const isBare = typeof value === 'number' ? Number.isFinite(value) : BARE_NUMBER.test(String(value));
  // What is large was surely meant as Temporal reads it.
  const unit = Math.abs(Number(value)) < 1_000 ? 's' : 'ms';
  return isBare ? `"${String(value).trim()} ${unit}"` : expected;
}
