/** The one form of errors about options: name, expectation, value, type. */
import { inspect } from 'node:util';

/** A `TypeError` that says which option is wrong, what was expected and what was given. */
export function optionError(name: string, expected: string, value: unknown): TypeError {
  const given = inspect(value, { depth: 1, maxStringLength: 80, breakLength: Number.POSITIVE_INFINITY });
  return new TypeError(
    `JobTracingPlugin option '${name}': expected ${expected}, got ${given} (${typeof value})`,
  );
}

/** Whether the value is an object that was written as `{ … }`: no array, no map, no instance of a class. */
export function isPlainObject(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
