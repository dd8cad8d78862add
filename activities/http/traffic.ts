/**
 * What a service is told of a request's traffic: that the scheduler sent it, its lane, whether it is a load test.
 *
 * The same in `baggage`, which services with OpenTelemetry pass on, and in plain headers for those without.
 */
import { propagation } from '@opentelemetry/api';
import type { HttpRequest } from '../../core/http/types';

export interface TrafficMarks {
  readonly origin: 'scheduler';
  readonly lane: string | undefined;
  readonly loadtest: boolean;
}

/** The request's own marks, else those of its run. */
export function trafficOf({ lane, loadtest }: Pick<HttpRequest, 'lane' | 'loadtest'>): TrafficMarks {
  const ofRun = propagation.getActiveBaggage();
  return {
    origin: 'scheduler',
    lane: lane ?? ofRun?.getEntry('traffic.lane')?.value,
    loadtest: loadtest ?? ofRun?.getEntry('traffic.loadtest')?.value === 'true',
  };
}

/** The plain headers; what does not apply is left out. A lane may come from another tracer's baggage. */
export function trafficHeaders({ origin, lane, loadtest }: TrafficMarks): Record<string, string> {
  return {
    'x-traffic-origin': origin,
    ...(lane !== undefined && { 'x-traffic-lane': encodeURIComponent(lane) }),
    ...(loadtest && { 'x-traffic-loadtest': 'true' }),
  };
}
