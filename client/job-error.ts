/**
 * The error of calls on a scheduled job.
 */
import {
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { JobFailure, type RunIds } from '../core/jobs/messages';
import { defined } from '../core/util/defined';
import { defineErrorClass } from '../core/util/error-class';
import { GrpcStatus, grpcStatusOf } from './grpc-status';

/**
 * Why a call on a scheduled job failed:
 *
 * - `invalid`: the spec, the change or the request is invalid; nothing was created or changed;
 * - `exists`: a job or another workflow with this id already exists;
 * - `not-found`: there is no such job, or it has ended;
 * - `running`: a run is in progress, and the job's `manualRuns` is `'refuse'`;
 * - `no-worker`: no worker answered in time;
 * - `unreadable`: the call succeeded, but the client lacks the workers' data converter and cannot decode the
 *   answer.
 */
export type ScheduledJobProblem = 'invalid' | 'exists' | 'not-found' | 'running' | 'no-worker' | 'unreadable';

/** Fields of a {@link ScheduledJobError}. */
export interface ScheduledJobErrorFields {
  /** Workflow id of the job's `scheduledJob`. */
  readonly jobId: string;
  readonly problem: ScheduledJobProblem;
  /** The run in progress, if the problem is `running`. */
  readonly run?: RunIds;
}

/** Thrown if a call on a scheduled job failed; `problem` has the reason. */
export class ScheduledJobError extends Error implements ScheduledJobErrorFields {
  readonly jobId: string;
  readonly problem: ScheduledJobProblem;
  readonly run?: RunIds;

  constructor(message: string, fields: ScheduledJobErrorFields, options?: ErrorOptions) {
    super(message, options);
    this.jobId = fields.jobId;
    this.problem = fields.problem;
    if (fields.run !== undefined) this.run = fields.run;
  }
}
defineErrorClass(ScheduledJobError, 'ScheduledJobError');

/** Returns the error for a job; the job's id begins the message. */
export function jobError(
  jobId: string,
  problem: ScheduledJobProblem,
  message: string,
  { run, cause }: { readonly run?: RunIds; readonly cause?: unknown } = {},
): ScheduledJobError {
  const fields = defined({ jobId, problem, run });
  return new ScheduledJobError(`job '${jobId}': ${message}`, fields, { cause });
}

/** Returns the error as a {@link ScheduledJobError} if its meaning is known, else unchanged. */
export function toJobError(jobId: string, error: unknown): unknown {
  const failure = error instanceof WorkflowUpdateFailedError ? error.cause : undefined;
  if (failure instanceof ApplicationFailure) {
    const { type, message, details } = failure;
    if (type === JobFailure.isRunning) {
      const run = details?.[0] as RunIds;
      return jobError(jobId, 'running', message, { run, cause: error });
    }
    if (type === JobFailure.isStopping) return jobError(jobId, 'not-found', message, { cause: error });
    return jobError(jobId, 'invalid', message, { cause: error });
  }
  if (error instanceof WorkflowNotFoundError || grpcStatusOf(error) === GrpcStatus.NOT_FOUND)
    return jobError(jobId, 'not-found', 'it does not exist, or it has ended; create it', {
      cause: error,
    });
  if (isLate(error))
    return jobError(
      jobId,
      'no-worker',
      'no worker answered in time; the request may still be carried out later. Check that a worker of its task ' +
        'queue is running, with the export scheduledJob in its workflows',
      { cause: error },
    );
  return error;
}

/** Whether the error means that no answer came in time. */
export function isLate(error: unknown): boolean {
  return (
    error instanceof WorkflowUpdateRPCTimeoutOrCancelledError ||
    grpcStatusOf(error) === GrpcStatus.DEADLINE_EXCEEDED
  );
}
