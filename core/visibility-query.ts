/**
 * Building blocks of visibility queries. Pure.
 *
 * @see https://docs.temporal.io/list-filter
 */

/** Returns the text as a string literal of a query, with its quotes. */
export function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}
