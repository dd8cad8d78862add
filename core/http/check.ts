/**
 * Building blocks for checks of user input, which people type on a command line: each problem is one sentence with
 * the path, the expectation and the value.
 *
 * Pure; never throws.
 */
import { isObject } from '../util/untrusted';

/** Returns the problem with the value at the path; `undefined` if there is none. */
export type Check = (value: unknown, path: string) => string | undefined;

/** Most characters of a value that a message quotes. */
const MAX_QUOTED = 80;

/** Returns a check by a test, with a description of valid values. */
export function expects(expected: string, test: (value: unknown) => boolean): Check {
  return (value, path) =>
    test(value) ? undefined : `${at(path)}expected ${expected}, got ${describe(value)}`;
}

/** Returns a check of an object by its properties. An unknown property is a problem: most are typing errors. */
export function expectsObject(
  checks: Readonly<Record<string, Check>>,
  example: string,
  required: readonly string[] = [],
): Check {
  return (value, path) => {
    const object = objectOf(value);
    if (object === undefined) return `${at(path)}expected ${example}, got ${describe(value)}`;
    const missing = required.find((name) => object[name] === undefined);
    if (missing !== undefined) return `${at(join(path, missing))}is missing; write for example ${example}`;
    for (const [name, property] of Object.entries(object)) {
      const check = Object.hasOwn(checks, name) ? checks[name] : undefined;
      if (check === undefined) {
        return `${at(join(path, name))}not known; expected one of ${Object.keys(checks).join(', ')}`;
      }
      const problem = property === undefined ? undefined : check(property, join(path, name));
      if (problem !== undefined) return problem;
    }
    return undefined;
  };
}

/** Returns the value if it is an object other than an array; `undefined` otherwise. */
export function objectOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return isObject(value) ? value : undefined;
}

/** Returns the value and its type, cut to a length that fits into a message. */
function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = String(JSON.stringify(value));
  return `${text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED)}…` : text} (${typeof value})`;
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

function at(path: string): string {
  return path === '' ? '' : `${path}: `;
}
