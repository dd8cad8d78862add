/**
 * Links of spans, each with the reason why it is there. Sandbox code; pure.
 */
import type { Attributes, LinkRecord } from '../../core/span-record';
import type { SpanRef } from '../../core/traceparent';

/** The link to this span; none without it. */
export function linksTo(
  span: SpanRef | undefined,
  reason: 'caller' | 'parent' | 'previous-run',
  more?: Attributes,
): LinkRecord[] {
  return span ? [{ span, attributes: { 'job.link': reason, ...more } }] : [];
}
