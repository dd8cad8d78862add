/**
 * For what must go on where a file is damaged or the disk is full: retention makes space all the same, and one damaged
 * segment does not hide the others.
 */
import { SqlError } from './port';

/** The result; `undefined` if a database is damaged or the disk is full. Throws every other error. */
export function whereItCan<T>(fn: () => T): T | undefined {
  try {
    return fn();
  } catch (error) {
    if (error instanceof SqlError && (error.problem === 'full' || error.problem === 'damaged'))
      return undefined;
    throw error;
  }
}
