/**
 * Limits for every exported span, whatever its origin: a collector rejects a request with a span of megabytes, and all
 * other spans in it are lost.
 *
 * The SDK limits attribute values only if `OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT` is set, and never names or the message of
 * a status.
 */
import type { AttributeValue } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { MAX_ARRAY_LENGTH, MAX_STRING_LENGTH } from '../core/attribute-limits';

type Values = Record<string, AttributeValue | undefined>;

/** Cuts the strings and arrays of a span that has ended, in place. @param maxLength most characters of a string */
export function limitSpan(span: ReadableSpan, maxLength = MAX_STRING_LENGTH): void {
  const cut = (text: string) => (text.length > maxLength ? text.slice(0, maxLength) : text);
  const cutValues = (values: Values | undefined) => {
    for (const key in values) {
      const value = values[key];
      if (typeof value === 'string') values[key] = cut(value);
      else if (Array.isArray(value)) values[key] = cutArray(value, cut);
    }
  };
  const { name, status, attributes, events, links } = span;
  Object.assign(span, { name: cut(name) });
  if (status.message) status.message = cut(status.message);
  cutValues(attributes);
  for (const event of events) {
    event.name = cut(event.name);
    cutValues(event.attributes);
  }
  for (const link of links) cutValues(link.attributes);
}

function cutArray(values: readonly unknown[], cut: (text: string) => string): AttributeValue {
  return values
    .slice(0, MAX_ARRAY_LENGTH)
    .map((value) => (typeof value === 'string' ? cut(value) : value)) as AttributeValue;
}
