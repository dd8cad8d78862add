/**
 * Building blocks of checks of what users wrote: people type it on a command line, so each problem is one sentence
 * that says where, what was expected, and what was given.
 *
 * Pure. Never throw.
 */

/** What is wrong with the value at the path, `undefined`: nothing is. */
export type Check = (value: unknown, path: string) => string | undefined;

const MAX_GIVEN = 80;

/** A check that says what it expects. */
export function expects(expected: string, test: (value: unknown) => boolean): Check {
  return (value, path) =>
    test(value) ? undefined : `${at(path)}expected ${expected}, got ${describe(value)}`;
}

/** A check of an object by its properties; unknown ones are named, since most of them are typing errors. */
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

/** The value as an object that was written as `{ … }`; `undefined` if it is none. */
export function objectOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? (value as Readonly<Record<string, unknown>>) : undefined;
}

/** The value and its type, cut to a length that fits into a message. */
function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = String(JSON.stringify(value));
  return `${text.length > MAX_GIVEN ? `${text.slice(0, MAX_GIVEN)}…` : text} (${typeof value})`;
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

function at(path: string): string {
  return path === '' ? '' : `${path}: `;
}
