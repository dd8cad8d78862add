/**
 * Output of the examples on the terminal: colours only for people, times in one form.
 */
import { style } from '../../core/terminal-style';
import { terminalLog } from '../../testing/terminal-log';

/** Whether to colour standard output: if it is a terminal and `NO_COLOR` is not set. See https://no-color.org */
export function useColor(): boolean {
  return process.stdout.isTTY === true && !process.env.NO_COLOR;
}

/** Returns the local wall-clock time, such as `22:14:05`. */
export function clock(date: Date): string {
  return date.toTimeString().slice(0, 8);
}

/** Style of this process's output. */
export const terminal = style(useColor());

/** Prints lines to standard output. */
export function print(...lines: string[]): void {
  for (const line of lines) console.log(line);
}

/** Shows a line about the current step. */
export const progress = terminalLog({ out: process.stdout, style: terminal.dim });
