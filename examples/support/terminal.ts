/**
 * Output of the examples on the terminal: colours only for people, times in one form.
 */
import { styleOf } from '../../core/terminal-style';
import { type WaterfallSpan, waterfall } from '../../core/waterfall';
import { terminalLog } from '../../testing/terminal-log';

/** Whether to colour standard output: if it is a terminal and `NO_COLOR` is not set. See https://no-color.org */
function useColor(): boolean {
  return process.stdout.isTTY === true && !process.env.NO_COLOR;
}

/** Returns the local wall-clock time, such as `22:14:05`. */
export function clock(date: Date): string {
  return date.toTimeString().slice(0, 8);
}

/** Style of this process's output. */
export const terminal = styleOf(useColor());

/** Prints lines to standard output. */
export function print(...lines: string[]): void {
  for (const line of lines) console.log(line);
}

/** Prints a trace as a waterfall, as wide as the terminal, but at most 120 characters. */
export function printTrace(spans: readonly WaterfallSpan[]): void {
  const columns = Math.min(process.stdout.columns ?? 100, 120);
  print(...waterfall(spans, { color: useColor(), columns }));
}

/** Shows a line about the current step. */
export const progress = terminalLog({ out: process.stdout, style: terminal.dim });
