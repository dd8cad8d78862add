/**
 * Reads untrusted attributes within size limits. Pure; never throws.
 */
import type { Attribute, AttributeValue } from '../../sources/trace-source';
import type { Encoding } from './encodings';
import { LIMITS } from './limits';

/** Overhead of a value in the size limit, in characters. */
const VALUE_LENGTH = 8;

/** Remaining size limit of one span, and the number of dropped items. */
export class Budget {
  dropped = 0;
  private characters = LIMITS.totalLength;

  /** Returns the first `max` items; the others count as dropped. */
  items(value: unknown, max: number = LIMITS.items): readonly unknown[] {
    if (!Array.isArray(value)) return [];
    if (value.length <= max) return value;
    this.dropped += value.length - max;
    return value.slice(0, max);
  }

  /** Returns the text, cut if it is too long; a cut text ends with an ellipsis. */
  text(value: string): string {
    const text = cut(value, Math.min(LIMITS.textLength, Math.max(this.characters, 0)));
    this.characters -= text.length;
    return text;
  }

  /** Reserves room for a value; if there is none, returns false and counts it as dropped. */
  value(): boolean {
    this.characters -= VALUE_LENGTH;
    if (this.characters > 0) return true;
    this.dropped++;
    return false;
  }
}

/** Returns a name, cut if it is too long; empty if it is not a string. */
export function nameOf(value: unknown): string {
  return typeof value === 'string' ? cut(value, LIMITS.nameLength) : '';
}

/** Returns the attributes; invalid ones count as dropped. */
export function attributesOf(
  value: unknown,
  encoding: Encoding,
  budget: Budget,
  max: number = LIMITS.items,
  depth: number = LIMITS.depth,
): readonly Attribute[] {
  const attributes: Attribute[] = [];
  for (const item of budget.items(value, max)) {
    if (!budget.value()) continue;
    const { key, value: foreign } = membersOf(item);
    if (typeof key === 'string' && key !== '')
      attributes.push([nameOf(key), plainValue(foreign, encoding, budget, depth)]);
    else budget.dropped++;
  }
  return attributes;
}

/** Returns an untrusted object as a record; `{}` for any other value. */
export function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function plainValue(value: unknown, encoding: Encoding, budget: Budget, depth: number): AttributeValue {
  const { stringValue, boolValue, intValue, doubleValue, bytesValue, arrayValue, kvlistValue } =
    membersOf(value);
  if (typeof stringValue === 'string') return budget.text(stringValue);
  if (typeof boolValue === 'boolean') return boolValue;
  if (intValue !== undefined && intValue !== null) return integerOf(encoding.signed(intValue));
  if (doubleValue !== undefined && doubleValue !== null) return doubleOf(Number(doubleValue));
  if (bytesValue !== undefined && bytesValue !== null)
    return { bytes: budget.text(encoding.base64(bytesValue) ?? '') };
  const list = membersOf(arrayValue).values;
  const map = membersOf(kvlistValue).values;
  if (list === undefined && map === undefined) return null;
  if (depth === 0) {
    budget.dropped++;
    return null;
  }
  if (map !== undefined) return { map: attributesOf(map, encoding, budget, LIMITS.items, depth - 1) };
  return budget
    .items(list)
    .filter(() => budget.value())
    .map((item) => plainValue(item, encoding, budget, depth - 1));
}

function integerOf(integer: bigint | undefined): AttributeValue {
  if (integer === undefined) return null;
  const number = Number(integer);
  return Number.isSafeInteger(number) ? number : { int: String(integer) };
}

/** In JSON, NaN and the infinities are these strings. */
function doubleOf(double: number): AttributeValue {
  if (Number.isInteger(double)) return { double };
  if (Number.isFinite(double)) return double;
  return { double: String(double) as 'NaN' | 'Infinity' | '-Infinity' };
}

function cut(text: string, max: number): string {
  return text.length <= max ? text : `${text.slice(0, Math.max(0, max - 1))}…`;
}
