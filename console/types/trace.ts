/**
 * JSON of `/api/traces/:traceId`: the waterfall alone, with the run that it belongs to.
 */
import type { RunRow } from './jobs';
import type { Problem } from './problem';
import type { Timeline } from './timeline';

/** Response of `/api/traces/:traceId`; status 200 even without spans, with the reason. */
export interface TracePage {
  readonly at: number;
  readonly traceId: string;
  /** The run that the trace belongs to; left out if none is found. */
  readonly run?: RunRow;
  /** Timeline of the spans; empty if there are none. */
  readonly timeline: Timeline;
  /** Why spans are missing: `not sampled: rule billing-*, 1 %`, `its beginning has expired`. */
  readonly spansNote?: string;
  readonly problems: readonly Problem[];
}
