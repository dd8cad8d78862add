/**
 * Deterministic span ids: a hash of the span's identity, keyed by the run's root span id.
 *
 * Pure: draws from no random sequence, so user code's `Math.random()` and `uuid4()` are unaffected. Not a counter:
 * the server may refuse a completion after its spans were exported, and the next attempt may create other spans in
 * another order. A span that is created again has the same id, and no other span has it.
 */
import { mix } from './util/hash';

/** The properties that distinguish a span from all others of its run. */
export interface SpanIdentity {
  readonly name: string;
  readonly parentSpanId: string;
  /** Instrumentation scope of a span created by user code. */
  readonly scope?: string | undefined;
  /** Distinguishes spans that are otherwise alike: a sequence number of the SDK, an update id, or a count. */
  readonly which: string;
}

/** Returns the span id: 16 lower-case hex digits, not all zero. */
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
    // Otherwise the high bits of the product would never affect the low ones.
    high ^= high >>> 15;
    low ^= low >>> 13;
  }
  const mixedHigh = mix(high);
  const mixedLow = mix(low ^ mixedHigh);
  // All zero is not a valid span id; 1 is as good as any.
  return mixedHigh || mixedLow ? hex(mixedHigh) + hex(mixedLow) : '0000000000000001';
}

function hex(value: number): string {
  return value.toString(16).padStart(8, '0');
}
