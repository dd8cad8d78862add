/**
 * Copies bytes for transfer to another thread, since Node's small buffers share memory with others.
 */

/** Concatenates the parts into a new array with its own buffer. */
export function ownBytes(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
