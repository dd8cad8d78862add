/**
 * Reduces attribute values from user code to OpenTelemetry's types, within limits.
 *
 * Pure; never throws, whatever the value (throwing getters, proxies, cycles). Only the reduced values may reach
 * a sink: one that cannot be cloned to the main thread would leave the run stuck forever.
 */

import type { Attributes, AttributeValue } from './span-record';
import { isRecord, safely } from './util/untrusted';

/** Most characters of a string value; longer ones are cut. */
export const MAX_STRING_LENGTH = 4_096;
/** Most elements of an array value; further ones are dropped. */
export const MAX_ARRAY_LENGTH = 128;
/** Most attributes of a span, event or link; further ones are dropped and counted. */
export const MAX_ATTRIBUTES = 128;

/** Returns the value as an attribute value; `undefined` if it cannot be one. Never throws. */
export function toAttributeValue(value: unknown): AttributeValue | undefined {
  return readAttributeValue(() => value);
}

function readAttributeValue(read: () => unknown): AttributeValue | undefined {
  return safely(() => {
    const value = read();
    return Array.isArray(value) ? toArray(value) : toPrimitive(value);
  });
}

/** Copies all attributes of `source` to `target`; returns the number of dropped ones. Never throws. */
export function copyAttributes(target: Attributes, source: unknown): number {
  if (!isRecord(source)) return 0;
  const keys = safely(() => Object.keys(source));
  return keys ? keys.filter((key) => !setAttribute(target, key, () => source[key])).length : 1;
}

/** Sets one attribute; returns false if it was dropped. Never throws, even if `read` does. */
export function setAttribute(target: Attributes, key: unknown, read: () => unknown): boolean {
  if (typeof key !== 'string' || key === '' || key === '__proto__') return false;
  if (!Object.hasOwn(target, key) && Object.keys(target).length >= MAX_ATTRIBUTES) return false;
  const value = readAttributeValue(read);
  if (value === undefined) return false;
  target[cut(key)] = value;
  return true;
}

/** Returns the string, cut to {@link MAX_STRING_LENGTH}. */
export function cut(text: string): string {
  return text.length > MAX_STRING_LENGTH ? text.slice(0, MAX_STRING_LENGTH) : text;
}

/** Returns any value as a string within the limit; empty if it cannot be converted. Never throws. */
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
