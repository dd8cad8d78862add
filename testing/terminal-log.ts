/**
 * Progress as the set-up of a fresh clone shows it: on a terminal in one line that is written over.
 */
import path from 'node:path';
import type { Log } from './temporal-binary.js';

interface ProgressOptions {
  /** @default standard error */
  readonly out?: NodeJS.WriteStream;
  /** Colors a line. */
  readonly style?: (text: string) => string;
}

interface ProgressModule {
  createProgress(options: ProgressOptions): { line(text: string): void; update(text: string): void };
}

/** A log that writes lines, and passing ones over each other. */
export function terminalLog(options: ProgressOptions = {}): Log {
  // Seen from dist/testing; a script, since it is needed before anything is compiled.
  const { createProgress } = require(path.join(__dirname, '../../scripts/progress.cjs')) as ProgressModule;
  const { line, update } = createProgress(options);
  return (text, isPassing = false) => (isPassing ? update(text) : line(text));
}
