/**
 * Values of `@opentelemetry/api` as workflow code passes them to spans, and as spans return them.
 *
 * Sandbox code; pure. The API itself is not loaded here, so its constants are repeated.
 */
import type { Link, SpanContext } from '@opentelemetry/api';
import { copyAttributes } from '../../core/attribute-limits';
import type { Attributes, LinkRecord } from '../../core/span-record';
import { formatTraceparent, parseTraceparent, type SpanRef } from '../../core/traceparent';
import { safely } from '../../core/util/untrusted';

/** Values of the API's `SpanStatusCode`. */
export const STATUS = { unset: 0, ok: 1, error: 2 } as const;
/** The sampled bit of the API's `TraceFlags`. */
const SAMPLED = 1;
/** Latest time, in milliseconds since the epoch: as nanoseconds it must fit into 64 bits. */
const MAX_TIME_MS = 2 ** 64 / 1_000_000;

/** Returns the span context of a reference. */
export function toSpanContext({ traceId, spanId, sampled }: SpanRef): SpanContext {
  return { traceId, spanId, traceFlags: sampled ? SAMPLED : 0 };
}

/**
 * Returns the reference in a span context; `undefined` if its ids are invalid. Throws if a getter of user
 * code throws.
 */
export function toSpanRef({ traceId, spanId, traceFlags }: SpanContext): SpanRef | undefined {
  return parseTraceparent(
    formatTraceparent({ traceId, spanId, sampled: (traceFlags & SAMPLED) === SAMPLED }),
  );
}

/** Returns a link as a record; `undefined` if its span context is invalid. Never throws. */
export function toLinkRecord(link: Link): LinkRecord | undefined {
  return safely(() => {
    const span = toSpanRef(link.context);
    const attributes: Attributes = {};
    copyAttributes(attributes, link.attributes);
    return span && { span, attributes };
  });
}

/**
 * Returns an API time (epoch milliseconds, `Date`, or `[seconds, nanoseconds]`) in milliseconds since the
 * epoch; `undefined` if it is not a valid one. Never throws.
 */
export function parseTime(time: unknown): number | undefined {
  const ms = Number(safely(() => msOf(time)));
  return ms >= 0 && ms < MAX_TIME_MS ? ms : undefined;
}

/** Returns an API time in milliseconds since the epoch; the current time for an invalid one. Never throws. */
export function toMs(time: unknown): number {
  return parseTime(time) ?? Date.now();
}

function msOf(time: unknown): number | undefined {
  if (typeof time === 'number') return time;
  if (Array.isArray(time)) return time[0] * 1_000 + time[1] / 1_000_000;
  return time instanceof Date ? time.getTime() : undefined;
}
