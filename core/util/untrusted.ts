/**
 * Readers of what may be anything: headers, memos, what user code gives. Pure; none throws.
 */
/** Returns what `read` returns, or `undefined` if it throws, as getters and proxies in user code may. */
export function safely<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** Whether members can be read of the value; getters of user code may throw all the same. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** A text that is not empty. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function numberOf(value: unknown): number | undefined {
  return Number.isFinite(value) ? (value as number) : undefined;
}

/** Nothing but `true` means yes. */
export function flagOf(value: unknown): boolean | undefined {
  return value === undefined ? undefined : value === true;
}

/** How each member of a foreign object is read. */
export type Readers<T> = { readonly [Name in keyof T]-?: (value: unknown) => T[Name] | undefined };

/** The members that can be read; others are left out. */
export function readMembers<T>(value: unknown, readers: Readers<T>): Partial<T> {
  const source = isRecord(value) ? value : {};
  const members: Partial<T> = {};
  for (const name in readers) {
    const member = readers[name](source[name]);
    if (member !== undefined) members[name] = member;
  }
  return members;
}
