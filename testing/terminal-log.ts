/**
 * Shows progress as the set-up of a fresh clone does: on a terminal, in one line that is overwritten.
 */
import path from 'node:path';
import type { Log } from './temporal-binary.js';

interface ProgressOptions {
  /** Stream that is written to. @default standard error */
  readonly out?: NodeJS.WriteStream;
  /** Colors a line. */
  readonly style?: (text: string) => string;
}

interface ProgressModule {
  createProgress(options: ProgressOptions): { line(text: string): void; update(text: string): void };
}

/** Returns a log that writes lines; a passing line is overwritten by the next one. */
export function terminalLog(options: ProgressOptions = {}): Log {
  // The path is relative to dist/testing. The module is a script, since it is needed before anything is compiled.
  const { createProgress } = require(path.join(__dirname, '../../scripts/progress.cjs')) as ProgressModule;
  const { line, update } = createProgress(options);
  return (text, isPassing = false) => (isPassing ? update(text) : line(text));
}
