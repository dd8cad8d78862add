/**
 * What the sandbox tells of a run that ends: facts that the host has no other way to know, and puts into words.
 *
 * Plain data only (structured clone).
 */
import type { temporal } from '@temporalio/proto';
import type { JobOrigin } from './job-info';

export type Failure = temporal.api.failure.v1.IFailure;

/** `ApplicationErrorCategory` of Temporal's API: an expected failure. */
export const BENIGN = 1;

/** How a run ended, in the words of `cicd.pipeline.result`. */
export type JobResult = 'success' | 'failure' | 'timeout' | 'cancellation';

export interface RunEnd {
  readonly origin: JobOrigin;
  /** A top-level run, sampled or not, untraced or not: the metrics of runs count it. */
  readonly counted: boolean;
  /** First workflow task of the run, and its last one: milliseconds since the epoch, in workflow time. */
  readonly startMs: number;
  readonly endMs: number;
  /** Why its root span is recorded, where that is known. */
  readonly reason?: string;
  /** Missing when it goes on as a new run. */
  readonly result?: Exclude<JobResult, 'timeout'>;
  readonly failure?: Failure;
}
