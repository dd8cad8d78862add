/**
 * Absolute and relative times.
 */
import { agoText, now, timeText } from '../clock';

/** A time (milliseconds since 1970) in the time zone of the browser. */
export function Time({ at }: { readonly at: number }) {
  const iso = new Date(at).toISOString();
  return (
    <time dateTime={iso} title={iso}>
      {timeText(at)}
    </time>
  );
}

/** Shows a relative time, as `3 min ago` or `in 20 s`. */
export function Ago({ at }: { readonly at: number }) {
  return (
    <time dateTime={new Date(at).toISOString()} title={timeText(at)}>
      {agoText(at, now.value)}
    </time>
  );
}
