/**
 * What a run is, for all who work for it: types only.
 */
import type { BaggageEntry, JobBaggage } from '../../core/baggage';
import type { JobOrigin } from '../../core/job-info';
import type { LinkRecord } from '../../core/span-record';
import type { TraceHeader } from '../../core/trace-header';
import type { SpanRef } from '../../core/traceparent';
import type { SamplingReason } from '../../sampling/markers';

/** A run that the plugin takes part in; a child has the origin of its parent. */
export interface Run extends JobOrigin {
  readonly kind: 'top' | 'child' | 'shard';
  /** The `RunWorkflow` span. */
  readonly root: SpanRef;
  /** The span in another run or process that {@link root} is a child of. */
  readonly parentSpanId?: string | undefined;
  readonly links: readonly LinkRecord[];
  readonly bound: boolean;
  /** Whether the sandbox reports its beginning: it begins a trace, and the host does not know its decision or origin. */
  readonly announces: boolean;
  readonly reason?: SamplingReason | undefined;
  /** Whether the trace is the caller's by request, so that its id is not the run's. */
  readonly joined: boolean;
  readonly jobBaggage: JobBaggage;
  /** {@link jobBaggage} and the starter's. */
  readonly baggage: ReadonlyMap<string, BaggageEntry>;
  readonly baggageHeader: string;
}

/** What only a run with a trace has; the rest follows from its origin. */
export type RunTrace = Omit<Run, keyof JobOrigin | 'jobBaggage' | 'baggage' | 'baggageHeader'>;

/** What the calls of an untraced run carry. */
export interface UntracedCalls {
  /** `undefined` where run id and workflow type tell as much. */
  readonly activity: TraceHeader | undefined;
  readonly child: TraceHeader;
  /** What a child that continues as new leaves to its next run. */
  readonly continuation: TraceHeader | undefined;
}

export interface RunReading {
  readonly origin: JobOrigin;
  /** `undefined`: untraced. */
  readonly run: Run | undefined;
  /** A top-level run, untraced or not: the metrics of runs count it. */
  readonly counted: boolean;
  /** What the calls of an untraced run carry. */
  readonly calls: UntracedCalls | undefined;
  /** Why the run's header was ignored. */
  readonly problem: string | undefined;
}
