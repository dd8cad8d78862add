/**
 * Readers of what may be anything: headers, memos, what user code gives. Pure; none throws.
 */

/** Whether members can be read of the value; getters of user code may throw all the same. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** A text that is not empty. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
