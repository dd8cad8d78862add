/**
 * Reduces attribute values from user code to OpenTelemetry's types within limits.
 *
 * Pure; never throws, whatever the value is (getters that throw, proxies, cycles). Nothing else may reach a
 * sink: a value that cannot be cloned across the thread border leaves the run stuck for ever.
 */

import type { Attributes, AttributeValue } from './span-record';
import { isRecord, safely } from './util/untrusted';

/** Characters of one string value; longer ones are cut. */
export const MAX_STRING_LENGTH = 4_096;
/** Elements of one array value; further ones are dropped. */
export const MAX_ARRAY_LENGTH = 128;
/** Attributes of one span, event or link; further ones are dropped and counted. */
export const MAX_ATTRIBUTES = 128;

/** The value as OpenTelemetry takes it; `undefined` when it has no such form. Never throws. */
export function toAttributeValue(value: unknown): AttributeValue | undefined {
  return readAttributeValue(() => value);
}

function readAttributeValue(read: () => unknown): AttributeValue | undefined {
  return safely(() => {
    const value = read();
    return Array.isArray(value) ? toArray(value) : toPrimitive(value);
  });
}

/** Reduces all entries of `source` into `target`; returns how many were dropped. Never throws. */
export function copyAttributes(target: Attributes, source: unknown): number {
  if (!isRecord(source)) return 0;
  const keys = safely(() => Object.keys(source));
  return keys ? keys.filter((key) => !setAttribute(target, key, () => source[key])).length : 1;
}

/** Sets one attribute; false when it was dropped. Never throws. */
export function setAttribute(target: Attributes, key: unknown, read: () => unknown): boolean {
  if (typeof key !== 'string' || key === '' || key === '__proto__') return false;
  if (!Object.hasOwn(target, key) && Object.keys(target).length >= MAX_ATTRIBUTES) return false;
  const value = readAttributeValue(read);
  if (value === undefined) return false;
  target[cut(key)] = value;
  return true;
}

/** Cuts a string to the limit. */
export function cut(text: string): string {
  return text.length > MAX_STRING_LENGTH ? text.slice(0, MAX_STRING_LENGTH) : text;
}

/** Anything as text within the limit; empty when it has no such form. Never throws. */
export function toText(value: unknown): string {
  return safely(() => cut(String(value))) ?? '';
}

function toPrimitive(value: unknown): string | number | boolean | undefined {
  if (typeof value === 'string') return cut(value);
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  return undefined;
}

function toArray(value: readonly unknown[]): AttributeValue | undefined {
  const length = Math.min(value.length, MAX_ARRAY_LENGTH);
  const elements = Array.from({ length }, (_, index) => toPrimitive(value[index]));
  const isOneType = elements.every((each) => each !== undefined && typeof each === typeof elements[0]);
  return isOneType ? (elements as unknown as AttributeValue) : undefined;
}
