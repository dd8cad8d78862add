/**
 * What the client says when it cannot do with a scheduled job what it was asked to do.
 *
 * `instanceof` goes by a brand, not by the class: the package may be installed twice.
 */
import {
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { JobFailure, type RunningRun } from '../core/jobs/messages';
import { GrpcStatus, grpcStatusOf } from './grpc-status';

const JOB_ERROR = Symbol.for('temporal-job-tracing.ScheduledJobError');

/**
 * Why it was not done:
 *
 * - `invalid`: the spec, the change or the request is not right; nothing was made or changed;
 * - `exists`: there is a job, or another workflow, with this id;
 * - `not-found`: there is no such job, or it has ended;
 * - `running`: a run goes on, and the job wants no other beside it;
 * - `no-worker`: no worker answered in time.
 */
export type ScheduledJobProblem = 'invalid' | 'exists' | 'not-found' | 'running' | 'no-worker';

export class ScheduledJobError extends Error {
  override readonly name = 'ScheduledJobError';
  readonly [JOB_ERROR] = true;
  /** The run that goes on, if the problem is `running`. */
  readonly run?: RunningRun;

  constructor(
    /** Workflow id of the job. */
    readonly job: string,
    readonly problem: ScheduledJobProblem,
    message: string,
    { run, cause }: { readonly run?: RunningRun; readonly cause?: unknown } = {},
  ) {
    super(`job '${job}': ${message}`, { cause });
    if (run !== undefined) this.run = run;
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === 'object' && value !== null && JOB_ERROR in value;
  }
}

/** The error as one of ours, where it is known what it means; else as it is. */
export function toJobError(job: string, error: unknown): unknown {
  const failure = error instanceof WorkflowUpdateFailedError ? error.cause : undefined;
  if (failure instanceof ApplicationFailure) {
    const { type, message, details } = failure;
    if (type === JobFailure.isRunning) {
      const run = details?.[0] as RunningRun;
      return new ScheduledJobError(job, 'running', message, { run, cause: error });
    }
    if (type === JobFailure.isStopping)
      return new ScheduledJobError(job, 'not-found', message, { cause: error });
    return new ScheduledJobError(job, 'invalid', message, { cause: error });
  }
  if (error instanceof WorkflowNotFoundError || grpcStatusOf(error) === GrpcStatus.NOT_FOUND)
    return new ScheduledJobError(job, 'not-found', 'there is none, or it has ended; create it', {
      cause: error,
    });
  if (isLate(error))
    return new ScheduledJobError(
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
