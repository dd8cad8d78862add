/**
 * Scheduled jobs by the typed client: what the CLI does with `scheduledJob`, checked before it is sent.
 *
 * docs/scheduled-jobs.md shows both side by side. Every call ends in bounded time.
 */
import {
  type Client,
  WithStartWorkflowOperation,
  WorkflowExecutionAlreadyStartedError,
  WorkflowFailedError,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import {
  JobMessage,
  type ManualRun,
  type RunNowRequest,
  type ScheduledJobStatus,
  STATUS_QUERY,
} from '../core/jobs/messages';
import { JOB_MEMO, SCHEDULED_JOB } from '../core/jobs/names';
import { runNowProblem } from '../core/jobs/requests';
import type { ScheduledJobChange } from '../core/jobs/spec';
import { argsProblem, checkDefinition, type JobDefinition, type WorkflowTypes } from './job-definition';
import { isLate, ScheduledJobError, toJobError } from './job-error';
import type { ExecutionInfo, JobRun } from './job-run';
import { type JobRunFilter, type ListedRun, listRuns } from './job-runs';
import { listExecutions, withinTimeout } from './listing';

/** How long a worker may take to answer. */
const ANSWER_TIMEOUT_MS = 20_000;
/** How long a job may take to end all that it started. */
const DELETE_TIMEOUT_MS = 60_000;

/** A job in a list. */
export interface ListedJob {
  /** Workflow id of its `scheduledJob`. */
  readonly id: string;
  /** Name of the job, under which its runs are found. */
  readonly job: string;
  readonly workflow: string;
  readonly cron?: string;
  readonly paused: boolean;
  readonly createdAt: Date;
}

/** Where a job runs. */
export interface CreateOptions {
  /** Task queue of the workers that have `scheduledJob` in their workflows. */
  readonly taskQueue: string;
}

/** Scheduled jobs; `Workflows` is the type of the user's module of workflows. */
export abstract class ScheduledJobs<Workflows extends object> {
  readonly #client: Client;

  protected constructor(client: Client) {
    this.#client = client;
  }

  protected abstract readRun(info: ExecutionInfo): Promise<JobRun>;

  /**
   * Creates a job, and waits until a worker has found it right.
   *
   * @param job its id: the workflow id of its `scheduledJob`
   * @throws ScheduledJobError `invalid`, `exists` or `no-worker`; then nothing of it is left
   */
  async create<Type extends WorkflowTypes<Workflows>>(
    job: string,
    spec: JobDefinition<Workflows, Type>,
    options: CreateOptions,
  ): Promise<ScheduledJobStatus> {
    checkDefinition(job, spec, options?.taskQueue);
    const startWorkflowOperation = new WithStartWorkflowOperation(SCHEDULED_JOB, {
      workflowId: job,
      taskQueue: options.taskQueue,
      args: [spec],
      workflowIdConflictPolicy: 'FAIL',
    });
    try {
      return await this.#within(ANSWER_TIMEOUT_MS, () =>
        this.#client.workflow.executeUpdateWithStart<() => Promise<unknown>, ScheduledJobStatus, []>(
          JobMessage.ready,
          { args: [], startWorkflowOperation },
        ),
      );
    } catch (error) {
      throw await this.#notCreated(job, options.taskQueue, error);
    }
  }

  /**
   * Changes a job; what is not named stays, `null` takes a key away. A run that goes on is left alone.
   *
   * @throws ScheduledJobError `invalid`, `not-found` or `no-worker`
   */
  update(job: string, change: ScheduledJobChange): Promise<ScheduledJobStatus> {
    return this.#ask(job, JobMessage.change, [change], argsProblem(change.args ?? undefined));
  }

  /**
   * Stops the ticks; runs by hand start all the same.
   *
   * @throws ScheduledJobError `not-found` or `no-worker`
   */
  pause(job: string): Promise<ScheduledJobStatus> {
    return this.#ask(job, JobMessage.pause, [{}]);
  }

  /** @throws ScheduledJobError `not-found` or `no-worker` */
  resume(job: string): Promise<ScheduledJobStatus> {
    return this.#ask(job, JobMessage.resume, [{}]);
  }

  /**
   * Starts a run now, always recorded; resolves when it has started.
   *
   * @throws ScheduledJobError `invalid`, `running` with the run that goes on, `not-found` or `no-worker`
   */
  runNow(job: string, request: RunNowRequest = {}): Promise<ManualRun> {
    return this.#ask(job, JobMessage.runNow, [request], runNowProblem(request) ?? argsProblem(request.args));
  }

  /** @throws ScheduledJobError `not-found` or `no-worker` */
  async status(job: string): Promise<ScheduledJobStatus> {
    const handle = this.#client.workflow.getHandle(job);
    return this.#try(job, () => handle.query<ScheduledJobStatus>(STATUS_QUERY));
  }

  /**
   * Ends a job, its ticks and the runs that go on; resolves when they have ended, or have had about ten seconds to
   * do so. Its past runs stay listed.
   *
   * @throws ScheduledJobError `not-found` or `no-worker`
   */
  async delete(job: string): Promise<void> {
    const handle = this.#client.workflow.getHandle(job);
    await this.#try(job, () => handle.signal(JobMessage.stop));
    try {
      await this.#within(DELETE_TIMEOUT_MS, () => handle.result());
    } catch (error) {
      // Cancelled or failed meanwhile: it has ended as well.
      if (error instanceof WorkflowFailedError) return;
      throw toJobError(job, error);
    }
  }

  /** The jobs that there are, the newest first. */
  async *list(): AsyncGenerator<ListedJob> {
    const query = `WorkflowType = '${SCHEDULED_JOB}' AND ExecutionStatus = 'Running'`;
    for await (const { workflowId, memo, startTime } of listExecutions(this.#client, query)) {
      const said = memo?.[JOB_MEMO] as Omit<ListedJob, 'id' | 'createdAt'> | undefined;
      // Without it no worker has seen the job yet.
      if (said) yield Object.freeze({ id: workflowId, ...said, createdAt: startTime });
    }
  }

  /**
   * The runs of a job: of its ticks, by hand, by a Temporal Schedule, by plain starts under its name; those that go on
   * first, then those that ended last. Only what is bound is found.
   *
   * @param job its name, which is its id unless the spec gives one
   */
  runs(job: string, filter: JobRunFilter = {}): AsyncGenerator<ListedRun> {
    return listRuns(this.#client, (info) => this.readRun(info), job, filter);
  }

  async #ask<T>(job: string, update: string, args: [unknown], problem?: string): Promise<T> {
    if (problem !== undefined) throw new ScheduledJobError(job, 'invalid', problem);
    const handle = this.#client.workflow.getHandle(job);
    return this.#try(job, () => handle.executeUpdate<T, [unknown]>(update, { args }));
  }

  async #try<T>(job: string, fn: () => Promise<T>): Promise<T> {
    try {
      return await this.#within(ANSWER_TIMEOUT_MS, fn);
    } catch (error) {
      throw toJobError(job, error);
    }
  }

  #within<T>(timeoutMs: number, fn: () => Promise<T>): Promise<T> {
    return this.#client.connection.withDeadline(Date.now() + timeoutMs, fn);
  }

  /** Leaves a job alone that a worker has seen: the server may have been late, and the job there before. */
  async #takeBack(job: string): Promise<void> {
    const { runId, memo } = await this.#client.workflow.getHandle(job).describe();
    if (memo?.[JOB_MEMO] !== undefined) return;
    await this.#client.workflow.getHandle(job, runId).terminate('no worker answered');
  }

  /** Why it was not created; takes back what was. */
  async #notCreated(job: string, taskQueue: string, error: unknown): Promise<unknown> {
    if (error instanceof WorkflowExecutionAlreadyStartedError)
      return new ScheduledJobError(
        job,
        'exists',
        'there is a workflow with this id; update it, or delete it first',
        {
          cause: error,
        },
      );
    const handle = this.#client.workflow.getHandle(job);
    if (isLate(error)) {
      await withinTimeout(this.#client, () => this.#takeBack(job)).catch(() => {});
      const message =
        `taskQueue: no worker of '${taskQueue}' answered within ${ANSWER_TIMEOUT_MS / 1000} s; start one whose ` +
        "workflows export { jobTick, scheduledJob } from 'temporal-job-tracing/workflows'";
      return new ScheduledJobError(job, 'no-worker', message, { cause: error });
    }
    const ended = await withinTimeout(this.#client, () => handle.result()).catch(
      (failure: unknown) => failure,
    );
    const failure = ended instanceof WorkflowFailedError ? ended.cause : undefined;
    if (!(failure instanceof ApplicationFailure)) return error;
    return new ScheduledJobError(job, 'invalid', failure.message.replace(/^scheduledJob: /, ''), {
      cause: error,
    });
  }
}
