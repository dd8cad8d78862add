/**
 * The page of a trace: the waterfall alone, with the run that it belongs to.
 */
import type { RunRow } from './jobs';
import type { Problem } from './problem';
import type { Timeline } from './timeline';

/** `/api/traces/:traceId`; 200 also where nothing is known, with the reason. */
export interface TracePage {
  readonly at: number;
  readonly traceId: string;
  /** The run whose trace it is; left out if none is found. */
  readonly run?: RunRow;
  /** From spans alone; no rows if there are none. */
  readonly timeline: Timeline;
  /** Why there are no spans, or not all: `not sampled: rule billing-*, 1 %`, `its beginning has expired`. */
  readonly spansNote?: string;
  readonly problems: readonly Problem[];
}
