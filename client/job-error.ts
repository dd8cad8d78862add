/**
 * What the client says when it cannot do with a scheduled job what it was asked to do.
 */
import {
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { JobFailure, type RunningRun } from '../core/jobs/messages';
import { defined } from '../core/util/defined';
import { defineErrorClass } from '../core/util/error-class';
import { GrpcStatus, grpcStatusOf } from './grpc-status';

/**
 * Why it was not done:
 *
 * - `invalid`: the spec, the change or the request is not right; nothing was made or changed;
 * - `exists`: there is a job, or another workflow, with this id;
 * - `not-found`: there is no such job, or it has ended;
 * - `running`: a run goes on, and the job wants no other beside it;
 * - `no-worker`: no worker answered in time;
 * - `unreadable`: it was done, but the client cannot decode the answer: it lacks the workers' data converter.
 */
export type ScheduledJobProblem = 'invalid' | 'exists' | 'not-found' | 'running' | 'no-worker' | 'unreadable';

/** Fields of a {@link ScheduledJobError}. */
export interface ScheduledJobErrorFields {
  /** Workflow id of the job. */
  readonly job: string;
  readonly problem: ScheduledJobProblem;
  /** The run that goes on, if the problem is `running`. */
  readonly run?: RunningRun;
}

/** Something that was not done with a scheduled job. */
export class ScheduledJobError extends Error implements ScheduledJobErrorFields {
  readonly job: string;
  readonly problem: ScheduledJobProblem;
  readonly run?: RunningRun;

  constructor(message: string, fields: ScheduledJobErrorFields, options?: ErrorOptions) {
    super(message, options);
    this.job = fields.job;
    this.problem = fields.problem;
    if (fields.run !== undefined) this.run = fields.run;
  }
}
defineErrorClass(ScheduledJobError, 'ScheduledJobError');

/** The error for a job, whose id begins the message. */
export function jobError(
  job: string,
  problem: ScheduledJobProblem,
  message: string,
  { run, cause }: { readonly run?: RunningRun; readonly cause?: unknown } = {},
): ScheduledJobError {
  return new ScheduledJobError(`job '${job}': ${message}`, { job, problem, ...defined({ run }) }, { cause });
}

/** The error as one of ours, where it is known what it means; else as it is. */
export function toJobError(job: string, error: unknown): unknown {
  const failure = error instanceof WorkflowUpdateFailedError ? error.cause : undefined;
  if (failure instanceof ApplicationFailure) {
    const { type, message, details } = failure;
    if (type === JobFailure.isRunning) {
      const run = details?.[0] as RunningRun;
      return jobError(job, 'running', message, { run, cause: error });
    }
    if (type === JobFailure.isStopping) return jobError(job, 'not-found', message, { cause: error });
    return jobError(job, 'invalid', message, { cause: error });
  }
  if (error instanceof WorkflowNotFoundError || grpcStatusOf(error) === GrpcStatus.NOT_FOUND)
    return jobError(job, 'not-found', 'there is none, or it has ended; create it', {
      cause: error,
    });
  if (isLate(error))
    return jobError(
      job,
      'no-worker',
      'no worker answered in time, and it may still be done when one does; look whether a worker of its task ' +
        'queue is running, with the export scheduledJob in its workflows',
      { cause: error },
    );
  return error;
}

/** Whether nobody answered in time. */
export function isLate(error: unknown): boolean {
  return (
    error instanceof WorkflowUpdateRPCTimeoutOrCancelledError ||
    grpcStatusOf(error) === GrpcStatus.DEADLINE_EXCEEDED
  );
}
