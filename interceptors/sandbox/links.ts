/**
 * Span links, each with its reason as an attribute. Sandbox code; pure.
 */
import type { Attributes, LinkRecord } from '../../core/span-record';
import type { SpanRef } from '../../core/traceparent';

/** Returns the link to this span as an array; empty without a span. */
export function linksTo(
  span: SpanRef | undefined,
  reason: 'caller' | 'child' | 'parent' | 'previous-run',
  more?: Attributes,
): LinkRecord[] {
  return span ? [{ span, attributes: { 'job.link': reason, ...more } }] : [];
}
