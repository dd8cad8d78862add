/**
 * Checks numbers of parameters, since drivers react differently to a wrong one: from an error to an aborted
 * process.
 */

/** Returns the number of `?` in the statement, outside of string literals. */
export function parameterCount(sql: string): number {
  return sql.replace(/'[^']*'/g, '').split('?').length - 1;
}

/** Throws a `RangeError` unless the counts are equal. */
export function checkCount(sql: string, expected: number, got: number): void {
  if (got !== expected) throw new RangeError(`expected ${expected} parameters, got ${got}: ${sql}`);
}
