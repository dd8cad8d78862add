/**
 * Paths to one value in a JSON document: the singular queries of RFC 9535, with `$`, `.name`, `['name']` and `[0]`.
 *
 * Pure.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9535#name-singular-queries
 */

const SEGMENT = /\.([A-Za-z_][\w-]*)|\['([^'\\]*)'\]|\["([^"\\]*)"\]|\[(0|[1-9]\d{0,9})\]/y;

/** Returns the names and indexes of the path; `undefined` if it is invalid. */
export function parsePath(path: string): readonly (string | number)[] | undefined {
  if (!path.startsWith('$')) return undefined;
  const segments: (string | number)[] = [];
  SEGMENT.lastIndex = 1;
  while (SEGMENT.lastIndex < path.length) {
    const match = SEGMENT.exec(path);
    if (match === null) return undefined;
    const [, dotted, single, double, index] = match;
    segments.push(index === undefined ? (dotted ?? single ?? double ?? '') : Number(index));
  }
  return segments;
}

/** Returns the value at the path; `undefined` if the document has none there. Never throws. */
export function valueAt(document: unknown, segments: readonly (string | number)[]): unknown {
  let value = document;
  for (const segment of segments) {
    const isArray = Array.isArray(value);
    if (isArray !== (typeof segment === 'number')) return undefined;
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, segment)) return undefined;
    value = (value as Record<string | number, unknown>)[segment];
  }
  return value;
}
