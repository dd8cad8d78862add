/**
 * How the examples write to the terminal: colours only where a person looks at them, times in one form.
 */
import { style } from '../../core/terminal-style';
import { terminalLog } from '../../testing/terminal-log';

/** Whether to colour standard output: it is a terminal and `NO_COLOR` is not set. See https://no-color.org */
export function useColor(): boolean {
  return process.stdout.isTTY === true && !process.env.NO_COLOR;
}

/** Local wall-clock time, `22:14:05`. */
export function clock(date: Date): string {
  return date.toTimeString().slice(0, 8);
}

/** How this process writes to its terminal. */
export const terminal = style(useColor());

export function say(...lines: string[]): void {
  for (const line of lines) console.log(line);
}

/** A line about what is being done. */
export const progress = terminalLog({ out: process.stdout, style: terminal.dim });
