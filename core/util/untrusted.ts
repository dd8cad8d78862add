/**
 * Readers of values that may be anything: headers, memos, values from user code. Pure; none throws.
 */

/** Returns what `read` returns, or `undefined` if it throws, as getters and proxies in user code may. */
export function safely<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** Whether the value is an object, so that its members can be read; getters of user code may still throw. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** Whether the value is an object as in JSON: neither `null` nor an array. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return isRecord(value) && !Array.isArray(value);
}

/** Returns the value if it is a non-empty string; `undefined` otherwise. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Returns the value if it is a finite number; `undefined` otherwise. */
export function numberOf(value: unknown): number | undefined {
  return Number.isFinite(value) ? (value as number) : undefined;
}

/** Returns whether the value is `true`; `undefined` for `undefined`. */
export function flagOf(value: unknown): boolean | undefined {
  return value === undefined ? undefined : value === true;
}

/** A reader for each member of an untrusted object, which returns `undefined` for an invalid value. */
export type Readers<T> = { readonly [Name in keyof T]-?: (value: unknown) => T[Name] | undefined };

/** Returns the valid members of a JSON value; others are left out. */
export function readMembers<T>(value: unknown, readers: Readers<T>): Partial<T> {
  const source = isRecord(value) ? value : {};
  const members: Partial<T> = {};
  for (const name in readers) {
    const member = readers[name](source[name]);
    if (member !== undefined) members[name] = member;
  }
  return members;
}
