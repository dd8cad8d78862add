/** Reads the labels of a request's traffic from its headers; the same as `service/traffic.go`. */
import type { IncomingHttpHeaders } from 'node:http';

/** Labels of a request's traffic. */
export interface Traffic {
  /** Whether the scheduler sent the request; no user is waiting for it. */
  readonly scheduled: boolean;
  readonly lane: string;
  readonly loadTest: boolean;
  readonly traceId: string;
  readonly spanId: string;
}

const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}/;

/** Returns the labels of a request; a request without any is a user's. */
export function trafficOf(headers: IncomingHttpHeaders): Traffic {
  const [, traceId = '', spanId = ''] = TRACEPARENT.exec(String(headers.traceparent ?? '')) ?? [];
  return {
    scheduled: mark(headers, 'origin') === 'scheduler',
    lane: mark(headers, 'lane'),
    loadTest: mark(headers, 'loadtest') === 'true',
    traceId,
    spanId,
  };
}

function mark(headers: IncomingHttpHeaders, name: string): string {
  const plain = headers[`x-traffic-${name}`];
  if (typeof plain === 'string' && plain !== '') return plain;
  for (const entry of String(headers.baggage ?? '').split(',')) {
    const [key = '', value = ''] = entry.split(';')[0]?.split('=') ?? [];
    if (key.trim() === `traffic.${name}`) return value.trim();
  }
  return '';
}
