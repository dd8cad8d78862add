/**
 * The sandbox's report on the end of a run: data that the host cannot get in any other way.
 *
 * Plain data only (structured clone).
 */
import type { temporal } from '@temporalio/proto';
import type { JobOrigin } from './job-info';

/** A failure, as the SDK's core delivers it. */
export type Failure = temporal.api.failure.v1.IFailure;

/** `ApplicationErrorCategory` of Temporal's API: an expected failure. */
export const BENIGN = 1;

/** How a run ended: a value of the attribute `cicd.pipeline.result`. */
export type JobResult = 'success' | 'failure' | 'timeout' | 'cancellation';

/** The end of a run. */
export interface RunEnd {
  readonly origin: JobOrigin;
  /** Whether the metrics of runs count it: true for a top-level run, whether sampled, traced or not. */
  readonly counted: boolean;
  /** Time of the run's first workflow task, in milliseconds since the epoch, in workflow time. */
  readonly startMs: number;
  /** Time of the run's last workflow task, in milliseconds since the epoch, in workflow time. */
  readonly endMs: number;
  /** Why the run is sampled; left out if that is not known. */
  readonly reason?: string;
  /** How the run ended; left out if it continues as a new run. */
  readonly result?: Exclude<JobResult, 'timeout'>;
  readonly failure?: Failure;
}
