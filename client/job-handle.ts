/**
 * One scheduled job: the same requests as with the `temporal` CLI, checked before they are sent.
 *
 * docs/scheduled-jobs.md shows both side by side. Every call ends in bounded time.
 */
import { randomUUID } from 'node:crypto';
import { type Client, WorkflowFailedError } from '@temporalio/client';
import {
  JobMessage,
  type ManualRun,
  type RunNowRequest,
  type ScheduledJobStatus,
  STATUS_QUERY,
} from '../core/jobs/messages';
import { SCHEDULED_JOB } from '../core/jobs/names';
import { runNowProblem } from '../core/jobs/requests';
import type { ScheduledJobChange } from '../core/jobs/spec';
import { bothKeysProblem, withTypedKey, withWireKey } from '../core/load-test';
import { argsProblem } from './job-definition';
import { jobError, ScheduledJobError, toJobError } from './job-error';
import { describeExecution } from './listing';
import { isUnreadable, outcomeOf } from './update-outcome';

/** How long to wait for a worker's response, in milliseconds. */
export const ANSWER_TIMEOUT_MS = 20_000;
const UNREADABLE =
  'the response cannot be decoded: set the dataConverter of the workers (their payload codec) on the Temporal client';
/** How long to wait until a job has ended everything that it started, in milliseconds. */
const DELETE_TIMEOUT_MS = 60_000;

/**
 * Handle to a scheduled job, from {@link JobClient.getHandle}.
 *
 * @typeParam Args argument tuple of the job's workflow
 */
export interface JobHandle<Args = readonly unknown[]> {
  /** Workflow id of the job's `scheduledJob`. */
  readonly id: string;
  /**
   * Starts a manual run, which is always sampled; resolves when it has started.
   *
   * @throws {ScheduledJobError} `invalid`, `running` with the run in progress, `not-found`, `no-worker` or
   *   `unreadable`
   */
  runNow(request?: RunNowRequest<Args>): Promise<ManualRun>;
  /**
   * Pauses the job: it does not tick until it is resumed; manual runs still start.
   *
   * @throws {ScheduledJobError} `not-found`, `no-worker` or `unreadable`
   */
  pause(): Promise<ScheduledJobStatus>;
  /**
   * Resumes the job: it ticks again.
   *
   * @throws {ScheduledJobError} `not-found`, `no-worker` or `unreadable`
   */
  resume(): Promise<ScheduledJobStatus>;
  /**
   * Changes the job's spec; keys that are left out stay as they are, `null` removes a key. A run in progress
   * is not affected.
   *
   * @throws {ScheduledJobError} `invalid`, `not-found`, `no-worker` or `unreadable`
   */
  update(change: ScheduledJobChange): Promise<ScheduledJobStatus>;
  /**
   * Returns the job's status.
   *
   * @param options with `read`, the job reads its last runs first, as the update `status` does, which adds a
   *   few events to its history
   *
   * @throws {ScheduledJobError} `not-found`, `no-worker` or `unreadable`
   */
  status(options?: { readonly read?: boolean }): Promise<ScheduledJobStatus>;
  /**
   * Ends the job, its ticks and its runs in progress; resolves when they have ended, after about ten seconds
   * at the latest. Past runs stay listed.
   *
   * @throws {ScheduledJobError} `not-found` or `no-worker`
   */
  delete(): Promise<void>;
}

export function jobHandle<Args>(client: Client, id: string): JobHandle<Args> {
  const handle = client.workflow.getHandle(id);

  /** Makes a call within the time limit. @throws {ScheduledJobError} if the meaning of its error is known */
  async function call<T>(fn: () => Promise<T>, timeoutMs = ANSWER_TIMEOUT_MS): Promise<T> {
    try {
      return await client.connection.withDeadline(Date.now() + timeoutMs, fn);
    } catch (error) {
      if (error instanceof ScheduledJobError) throw error;
      throw (await otherWorkflowError(error)) ?? toJobError(id, error);
    }
  }

  /** Returns the error for a workflow that exists and is not a `scheduledJob`; `undefined` for any other. */
  async function otherWorkflowError(cause?: unknown): Promise<ScheduledJobError | undefined> {
    const { type } = (await describeExecution(client, id).catch(() => undefined)) ?? {};
    if (type === undefined || type === SCHEDULED_JOB) return undefined;
    const message = `there is a workflow of type ${type} with this id, which is not a scheduledJob`;
    return jobError(id, 'not-found', message, { cause });
  }

  /** Executes an update. @param problem problem with the input: then nothing is sent */
  async function update<T>(name: string, input: unknown, problem?: string): Promise<T> {
    if (problem !== undefined) throw jobError(id, 'invalid', problem);
    const updateId = randomUUID();
    return call(async () => {
      try {
        return await handle.executeUpdate<T, [unknown]>(name, { args: [input], updateId });
      } catch (error) {
        const outcome = await outcomeOf(client, id, updateId, error);
        if (outcome === undefined) throw error;
        if (outcome !== 'success') throw jobError(id, 'invalid', outcome.failure, { cause: error });
        throw jobError(id, 'unreadable', `${name}: it succeeded, but ${UNREADABLE}`, { cause: error });
      }
    });
  }

  /** Executes an update whose result is the status. */
  async function statusAfter(name: string, input: object, problem?: string): Promise<ScheduledJobStatus> {
    return typed(await update<ScheduledJobStatus>(name, input, problem));
  }

  return Object.freeze({
    id,
    runNow: (request: RunNowRequest<Args> = {}) =>
      update<ManualRun>(
        JobMessage.runNow,
        request,
        runNowProblem(request) ?? argsProblem((request as RunNowRequest).args),
      ),
    pause: () => statusAfter(JobMessage.pause, {}),
    resume: () => statusAfter(JobMessage.resume, {}),
    update: (change: ScheduledJobChange) =>
      statusAfter(
        JobMessage.change,
        withWireKey(change),
        bothKeysProblem(change) ?? argsProblem(change.args ?? undefined),
      ),
    status: ({ read = false } = {}) =>
      call(async () => {
        if (read) return statusAfter(STATUS_QUERY, {});
        try {
          return typed(await handle.query<ScheduledJobStatus>(STATUS_QUERY));
        } catch (error) {
          if (!isUnreadable(error)) throw error;
          throw jobError(id, 'unreadable', UNREADABLE, { cause: error });
        }
      }),
    async delete() {
      // Any workflow accepts a signal, but only a `scheduledJob` ends by it.
      const error = await otherWorkflowError();
      if (error) throw error;
      await call(() => handle.signal(JobMessage.stop));
      await call(async () => {
        try {
          await handle.result();
        } catch (error) {
          // A job that was cancelled or failed meanwhile has ended as well.
          if (!(error instanceof WorkflowFailedError) && !isUnreadable(error)) throw error;
        }
      }, DELETE_TIMEOUT_MS);
    },
  });
}

/** Returns the status with the spec as TypeScript declares it. */
function typed(status: ScheduledJobStatus): ScheduledJobStatus {
  return { ...status, spec: withTypedKey(status.spec) };
}
