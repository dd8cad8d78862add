/**
 * Colours and durations in a terminal. Pure.
 */

/** Functions that wrap a text in escape codes, or return it unchanged if colour is off. */
export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  yellow(text: string): string;
  cyan(text: string): string;
}

/** Returns a style with or without colour. */
export function styleOf(color: boolean): Style {
  const wrap = (code: number) => (text: string) => (color ? `\u001b[${code}m${text}\u001b[0m` : text);
  return Object.freeze({ bold: wrap(1), dim: wrap(2), red: wrap(31), yellow: wrap(33), cyan: wrap(36) });
}

/** Returns a duration such as `412 ms`, `4.81 s` or `2 min 5 s`; below a millisecond `0.4 ms` or `<0.1 ms`. */
export function duration(ms: number): string {
  if (ms > 0 && ms < 0.1) return '<0.1 ms';
  if (ms > 0 && ms < 0.95) return `${ms.toFixed(1)} ms`;
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_995) return `${(ms / 1000).toFixed(2)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
