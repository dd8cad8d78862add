/**
 * The one form of errors about options: name, expectation, value, type. Host code.
 */
import { inspect } from 'node:util';

/** A `TypeError` that says which option of the plugin is wrong, what was expected and what was given. */
export function optionError(name: string, expected: string, value: unknown): TypeError {
  return mismatchError(`JobTracingPlugin option '${name}'`, expected, value);
}

/**
 * The same for options of anything else.
 *
 * @param subject what is wrong, such as `start option 'lane'`
 */
export function mismatchError(subject: string, expected: string, value: unknown): TypeError {
  return new TypeError(`${subject}: ${describeMismatch(expected, value)}`);
}

/**
 * The same where the value may be a secret.
 *
 * @param given what was given, described and not quoted
 */
export function secretMismatchError(subject: string, expected: string, given: string): TypeError {
  return new TypeError(`${subject}: expected ${expected}, got ${given}`);
}

/** What was expected, and the value that was given with its type. */
export function describeMismatch(expected: string, value: unknown): string {
  const given = inspect(value, { depth: 1, maxStringLength: 80, breakLength: Number.POSITIVE_INFINITY });
  return `expected ${expected}, got ${given} (${typeof value})`;
}

/** Whether the value is an object that was written as `{ … }`: no array, no map, no instance of a class. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
