/**
 * Formats durations and numbers. Pure.
 */

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** Formats a duration, as in `0.4 ms`, `412 ms`, `4.1 s`, `15.2 s`, `2 min 5 s`, `3 h 20 min`, `2 d 4 h`. */
export function durationText(ms: number): string {
  if (ms < 0) return `−${durationText(-ms)}`;
  if (ms < 0.95) return `${Number(ms.toFixed(1))} ms`;
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${Number((ms / SECOND_MS).toPrecision(3))} s`;
  if (ms < HOUR_MS) return two(ms, MINUTE_MS, 'min', SECOND_MS, 's');
  if (ms < DAY_MS) return two(ms, HOUR_MS, 'h', MINUTE_MS, 'min');
  return two(ms, DAY_MS, 'd', HOUR_MS, 'h');
}

/** Formats a share, as in `97 %`; only exactly 0 and 1 become `0 %` and `100 %` at the ends. */
export function percentText(share: number): string {
  const percent = share * 100;
  if (percent > 0 && percent < 1) return '<1 %';
  if (percent < 100 && percent > 99) return `${Math.floor(percent)} %`;
  return `${Math.round(percent)} %`;
}

/** Formats a number, as in `1,000`; means below 10 as in `2.4`. */
export function countText(count: number): string {
  return count.toLocaleString('en-US', { maximumFractionDigits: count < 10 ? 1 : 0 });
}

/** Formats a number with a noun, as in `1 call`, `2 calls`. */
export function plural(count: number, noun: string): string {
  return `${countText(count)} ${noun}${count === 1 ? '' : 's'}`;
}

function two(ms: number, largeMs: number, large: string, smallMs: number, small: string): string {
  const inSmall = Math.round(ms / smallMs);
  const perLarge = largeMs / smallMs;
  const rest = inSmall % perLarge;
  return `${Math.floor(inSmall / perLarge)} ${large}${rest === 0 ? '' : ` ${rest} ${small}`}`;
}
