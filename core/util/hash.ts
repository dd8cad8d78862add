/**
 * Hash functions of 32 bits. Pure.
 *
 * Their results are in stored traces and workflow ids, and choose the runs of lanes: they never change.
 */

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/**
 * Returns the FNV-1a hash of the text's UTF-16 code units, as a signed integer.
 *
 * @see https://datatracker.ietf.org/doc/html/draft-eastlake-fnv
 */
export function fnv1a(text: string, seed = FNV_OFFSET): number {
  let hash = seed;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), FNV_PRIME);
  return hash;
}

/**
 * Returns MurmurHash3's finalizer of the value, a bijection, as an unsigned integer: each of its bits depends on all
 * bits of the value, whereas the first bits of an FNV hash are uneven.
 *
 * @see https://github.com/aappleby/smhasher
 */
export function mix(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
