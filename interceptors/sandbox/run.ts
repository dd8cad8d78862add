/**
 * The types of a run inside the sandbox.
 */
import type { BaggageEntry, JobBaggage } from '../../core/baggage';
import type { JobOrigin } from '../../core/job-info';
import type { LinkRecord } from '../../core/span-record';
import type { TraceHeader } from '../../core/trace-header';
import type { SpanRef } from '../../core/traceparent';
import type { SamplingReason } from '../../sampling/markers';

/** A traced run; a child has the origin of its parent. */
export interface Run extends JobOrigin {
  readonly kind: 'top' | 'child' | 'shard';
  /** Root span of the run, `RunWorkflow`. */
  readonly root: SpanRef;
  /** Parent of {@link root}, a span in another run or process. */
  readonly parentSpanId?: string | undefined;
  readonly links: readonly LinkRecord[];
  readonly bound: boolean;
  /**
   * Whether the sandbox reports the run's start: it begins a trace, and the host lacks its decision or
   * origin.
   */
  readonly announces: boolean;
  readonly reason?: SamplingReason | undefined;
  /** Whether the run is in its caller's trace by request, so that the trace id is not the run's. */
  readonly joined: boolean;
  readonly jobBaggage: JobBaggage;
  /** Entries of {@link jobBaggage} and of the starter's baggage. */
  readonly baggage: ReadonlyMap<string, BaggageEntry>;
  readonly baggageHeader: string;
}

/** The members that only a traced run has; the others follow from its origin. */
export type RunTrace = Omit<Run, keyof JobOrigin | 'jobBaggage' | 'baggage' | 'baggageHeader'>;

/** A run's origin, with its trace. */
export interface TracedOrigin {
  readonly origin: JobOrigin;
  /** `undefined` if the run is untraced. */
  readonly trace?: RunTrace | undefined;
  /** Whether this is a top-level run, untraced or not, which the metrics count. */
  readonly counted: boolean;
  /** Whether the run is untraced because it inherits the decision of a run, or a caller, that is not sampled. */
  readonly inheritsUnsampled: boolean;
}

/** Headers that the calls of an untraced run carry. */
export interface UntracedCalls {
  /** Header for activities; `undefined` if run id and workflow type are enough. */
  readonly activity: TraceHeader | undefined;
  readonly child: TraceHeader;
  /** Header that a child passes on when it continues as new. */
  readonly continuation: TraceHeader | undefined;
}

/** A run, as worked out in its first activation. */
export interface RunReading {
  readonly origin: JobOrigin;
  /** The run; `undefined` if it is untraced. */
  readonly run: Run | undefined;
  /** Whether this is a top-level run, untraced or not, which the metrics count. */
  readonly counted: boolean;
  /** Headers of an untraced run's calls; `undefined` for a traced run. */
  readonly calls: UntracedCalls | undefined;
  /** Why the run's header was ignored; `undefined` if it was not. */
  readonly problem: string | undefined;
}
