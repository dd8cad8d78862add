/**
 * Deterministic span ids: a hash of what the span is, keyed by the run's root span id.
 *
 * Pure: no draw from any random sequence, so user code's `Math.random()` and `uuid4()` are untouched. Not a counter: the
 * server may refuse a completion after its spans were exported, and the next try makes other spans in another order. A
 * span that comes again has its id, and no other span has it.
 */

/** What tells a span from all others of its run. */
export interface SpanIdentity {
  readonly name: string;
  readonly parentSpanId: string;
  /** Instrumentation scope of a span that user code made. */
  readonly scope?: string | undefined;
  /** Which of the spans that are alike in all else: a sequence number of the SDK, an update id, or a count. */
  readonly which: string;
}

/** @returns 16 lower-case hex digits, not all zero */
export function spanIdOf(
  rootSpanId: string,
  { name, parentSpanId, scope = '', which }: SpanIdentity,
): string {
  const text = `${parentSpanId}${which}\n${scope}\n${name}`;
  let high = Number.parseInt(rootSpanId.slice(0, 8), 16);
  let low = Number.parseInt(rootSpanId.slice(8), 16);
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    high = Math.imul(high ^ unit, 0x9e3779b1);
    low = Math.imul(low ^ unit, 0x85ebca77);
    // Else the high bits of a unit's product would never reach the low ones.
    high ^= high >>> 15;
    low ^= low >>> 13;
  }
  const mixedHigh = mix(high);
  const mixedLow = mix(low ^ mixedHigh);
  // All zero is not a valid span id; 1 is as good as any.
  return mixedHigh || mixedLow ? hex(mixedHigh) + hex(mixedLow) : '0000000000000001';
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
