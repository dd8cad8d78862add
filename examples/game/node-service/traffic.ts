/** Whose traffic a request is, from its headers alone: as `service/traffic.go`. */
import type { IncomingHttpHeaders } from 'node:http';

export interface Traffic {
  /** Sent by the scheduler, not for a user who waits. */
  readonly scheduled: boolean;
  readonly lane: string;
  readonly loadtest: boolean;
  readonly traceId: string;
  readonly spanId: string;
}

const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}/;

export function trafficOf(headers: IncomingHttpHeaders): Traffic {
  const [, traceId = '', spanId = ''] = TRACEPARENT.exec(String(headers.traceparent ?? '')) ?? [];
  return {
    scheduled: mark(headers, 'origin') === 'scheduler',
    lane: mark(headers, 'lane'),
    loadtest: mark(headers, 'loadtest') === 'true',
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
