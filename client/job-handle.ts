/**
 * One scheduled job: what the CLI does with a `scheduledJob`, checked before it is sent.
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
import { argsProblem } from './job-definition';
import { jobError, ScheduledJobError, toJobError } from './job-error';
import { describeExecution } from './listing';
import { isUnreadable, outcomeOf } from './update-outcome';

/** How long a worker may take to answer. */
export const ANSWER_TIMEOUT_MS = 20_000;
const UNREADABLE =
  'the answer cannot be decoded: give the Temporal client the dataConverter of the workers (their payload codec)';
/** How long a job may take to end all that it started. */
const DELETE_TIMEOUT_MS = 60_000;

/**
 * A scheduled job, as {@link JobClient.getHandle} returns it.
 *
 * @typeParam Args arguments of its workflow
 */
export interface JobHandle<Args = readonly unknown[]> {
  /** Workflow id of its `scheduledJob`. */
  readonly id: string;
  /**
   * Starts a run now, always recorded; resolves when it has started.
   *
   * @throws {ScheduledJobError} `invalid`, `running` with the run that goes on, `not-found`, `no-worker` or
   *   `unreadable`
   */
  runNow(request?: RunNowRequest<Args>): Promise<ManualRun>;
  /**
   * Stops the ticks; manual runs start all the same.
   *
   * @throws {ScheduledJobError} `not-found`, `no-worker` or `unreadable`
   */
  pause(): Promise<ScheduledJobStatus>;
  /**
   * Lets the job tick again.
   *
   * @throws {ScheduledJobError} `not-found`, `no-worker` or `unreadable`
   */
  resume(): Promise<ScheduledJobStatus>;
  /**
   * Changes the job; what is not named stays, `null` takes a key away. A run that goes on is left alone.
   *
   * @throws {ScheduledJobError} `invalid`, `not-found`, `no-worker` or `unreadable`
   */
  update(change: ScheduledJobChange): Promise<ScheduledJobStatus>;
  /**
   * Asks the job how it is.
   *
   * @param options with `read`, the job reads its last runs first, as the update `status`: some events of its
   *   history
   *
   * @throws {ScheduledJobError} `not-found`, `no-worker` or `unreadable`
   */
  status(options?: { readonly read?: boolean }): Promise<ScheduledJobStatus>;
  /**
   * Ends the job, its ticks and the runs that go on; resolves when they have ended, or have had about ten
   * seconds to do so. Its past runs stay listed.
   *
   * @throws {ScheduledJobError} `not-found` or `no-worker`
   */
  delete(): Promise<void>;
}

export function jobHandle<Args>(client: Client, id: string): JobHandle<Args> {
  const handle = client.workflow.getHandle(id);

  async function attempt<T>(fn: () => Promise<T>, timeoutMs = ANSWER_TIMEOUT_MS): Promise<T> {
    try {
      return await client.connection.withDeadline(Date.now() + timeoutMs, fn);
    } catch (error) {
      if (error instanceof ScheduledJobError) throw error;
      throw (await isNoJob(error)) ?? toJobError(id, error);
    }
  }
  /** The error that says so, if the workflow is there and is something else. */
  async function isNoJob(cause?: unknown): Promise<ScheduledJobError | undefined> {
    const { type } = (await describeExecution(client, id).catch(() => undefined)) ?? {};
    if (type === undefined || type === SCHEDULED_JOB) return undefined;
    const message = `there is a workflow of type ${type} with this id, which is not a scheduledJob`;
    return jobError(id, 'not-found', message, { cause });
  }
  async function update<T>(name: string, input: unknown, problem?: string): Promise<T> {
    if (problem !== undefined) throw jobError(id, 'invalid', problem);
    const updateId = randomUUID();
    return attempt(async () => {
      try {
        return await handle.executeUpdate<T, [unknown]>(name, { args: [input], updateId });
      } catch (error) {
        const outcome = await outcomeOf(client, id, updateId, error);
        if (outcome === undefined) throw error;
        if (outcome !== 'success') throw jobError(id, 'invalid', outcome.failure, { cause: error });
        throw jobError(id, 'unreadable', `${name}: it was done, but ${UNREADABLE}`, { cause: error });
      }
    });
  }

  return Object.freeze({
    id,
    runNow: (request: RunNowRequest<Args> = {}) =>
      update<ManualRun>(
        JobMessage.runNow,
        request,
        runNowProblem(request) ?? argsProblem((request as RunNowRequest).args),
      ),
    pause: () => update<ScheduledJobStatus>(JobMessage.pause, {}),
    resume: () => update<ScheduledJobStatus>(JobMessage.resume, {}),
    update: (change: ScheduledJobChange) =>
      update<ScheduledJobStatus>(JobMessage.change, change, argsProblem(change.args ?? undefined)),
    status: ({ read = false } = {}) =>
      attempt(async () => {
        if (read) return update<ScheduledJobStatus>(STATUS_QUERY, {});
        try {
          return await handle.query<ScheduledJobStatus>(STATUS_QUERY);
        } catch (error) {
          if (!isUnreadable(error)) throw error;
          throw jobError(id, 'unreadable', UNREADABLE, { cause: error });
        }
      }),
    async delete() {
      // Any workflow takes a signal, and would only never end.
      const problem = await isNoJob();
      if (problem) throw problem;
      await attempt(() => handle.signal(JobMessage.stop));
      await attempt(async () => {
        try {
          await handle.result();
        } catch (error) {
          // Cancelled or failed meanwhile: it has ended as well.
          if (!(error instanceof WorkflowFailedError) && !isUnreadable(error)) throw error;
        }
      }, DELETE_TIMEOUT_MS);
    },
  });
}
