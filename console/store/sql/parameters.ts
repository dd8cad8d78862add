/**
 * The count of a statement's parameters: drivers treat a wrong one differently, from an error to an aborted process.
 */

/** How many `?` the statement has outside of its string literals. */
export function parameterCount(sql: string): number {
  return sql.replace(/'[^']*'/g, '').split('?').length - 1;
}

/** Throws a `RangeError` unless the counts are equal. */
export function checkCount(sql: string, expected: number, got: number): void {
  if (got !== expected) throw new RangeError(`expected ${expected} parameters, got ${got}: ${sql}`);
}
