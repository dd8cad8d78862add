/**
 * Deterministic span ids: a bijection of a counter, keyed by the run's root span id.
 *
 * Pure: no draw from any random sequence, so user code's `Math.random()` and `uuid4()` are untouched,
 * and a replay gives the same ids.
 */

/** @returns the next id with each call: 16 lower-case hex digits, different for each of 2³² calls */
export function createSpanIds(rootSpanId: string): () => string {
  const rootHigh = Number.parseInt(rootSpanId.slice(0, 8), 16);
  const rootLow = Number.parseInt(rootSpanId.slice(8), 16);
  let count = 0;
  return () => {
    count++;
    const high = mix(rootHigh ^ Math.imul(count, 0x9e3779b1));
    const low = mix(rootLow ^ Math.imul(count, 0x85ebca77) ^ high);
    // All zero is no valid span id; 1 is as good as any.
    return high || low ? hex(high) + hex(low) : '0000000000000001';
  };
}

/** MurmurHash3's 32-bit finalizer, a bijection. @see https://github.com/aappleby/smhasher */
function mix(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

function hex(value: number): string {
  return value.toString(16).padStart(8, '0');
}
