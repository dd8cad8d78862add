/**
 * Bytes that can be handed to another thread: small buffers of Node share their memory with others.
 */

/** The parts one after the other, in memory of their own. */
export function ownBytes(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
