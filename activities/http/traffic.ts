/**
 * Marks of a request's traffic: that the scheduler sent it, its lane, and whether it is a load test.
 *
 * Sent in `baggage`, which services with OpenTelemetry propagate, and in plain headers for other services.
 */
import { propagation } from '@opentelemetry/api';
import type { HttpRequest } from '../../core/http/types';
import { loadTestOf } from '../../core/load-test';
import { defined } from '../../core/util/defined';

/** Marks of a request's traffic. */
export interface TrafficMarks {
  readonly origin: 'scheduler';
  /** Lane of a gray (canary) release; `undefined` for none. */
  readonly lane: string | undefined;
  readonly loadTest: boolean;
}

/** Returns the marks of a request: its own, otherwise those of its run. */
export function trafficOf(request: Pick<HttpRequest, 'lane' | 'loadTest'>): TrafficMarks {
  const runBaggage = propagation.getActiveBaggage();
  return {
    origin: 'scheduler',
    lane: request.lane ?? runBaggage?.getEntry('traffic.lane')?.value,
    loadTest: loadTestOf(request) ?? runBaggage?.getEntry('traffic.loadtest')?.value === 'true',
  };
}

/** Returns the marks as plain headers. The lane is encoded, since it may come from another tracer's baggage. */
export function trafficHeaders({ origin, lane, loadTest }: TrafficMarks): Record<string, string> {
  return defined({
    'x-traffic-origin': origin,
    'x-traffic-lane': lane === undefined ? undefined : encodeURIComponent(lane),
    'x-traffic-loadtest': loadTest ? 'true' : undefined,
  });
}
