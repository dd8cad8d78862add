/**
 * Ignores damaged files and a full disk, for work that must continue: retention frees space, and one damaged
 * segment must not hide the others.
 */
import { SqlError } from './port';

/**
 * Returns the result; `undefined` if a database is damaged or the disk is full. Rethrows every other error.
 */
export function bestEffort<T>(fn: () => T): T | undefined {
  try {
    return fn();
  } catch (error) {
    if (error instanceof SqlError && (error.problem === 'full' || error.problem === 'damaged'))
      return undefined;
    throw error;
  }
}
