/**
 * Creating and listing scheduled jobs.
 */
import { randomUUID } from 'node:crypto';
import {
  type Client,
  WithStartWorkflowOperation,
  WorkflowExecutionAlreadyStartedError,
  WorkflowFailedError,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { JobMessage, type ScheduledJobStatus } from '../core/jobs/messages';
import { JOB_MEMO, SCHEDULED_JOB } from '../core/jobs/names';
import type { ScheduledJobSpec } from '../core/jobs/spec';
import { withWireKey } from '../core/load-test';
import { isLate, jobError } from './job-error';
import { ANSWER_TIMEOUT_MS } from './job-handle';
import { describeExecution, listExecutions, withinTimeout } from './listing';
import { outcomeOf } from './update-outcome';

/**
 * A scheduled job as {@link JobClient.list} yields it. All members but `id` and `createdAt` come from a memo
 * and are left out if the client lacks the workers' data converter.
 */
export interface ListedJob {
  /** Workflow id of the job's `scheduledJob`. */
  readonly id: string;
  /** Name of the job, under which its runs are found. */
  readonly job?: string;
  /** Type of the workflow that does the work. */
  readonly workflow?: string;
  /** Cron expression of the job; left out if it has none. */
  readonly cron?: string;
  /** Whether the job is paused. */
  readonly paused?: boolean;
  /** Start time of the job's workflow run. */
  readonly createdAt: Date;
}

/** Options of {@link JobClient.create}. */
export interface JobCreateOptions {
  /** Task queue of the workers that have `scheduledJob` in their workflows. */
  readonly taskQueue: string;
}

/** Creates a scheduled job; resolves when a worker has checked it. */
export async function createJob(
  client: Client,
  job: string,
  spec: ScheduledJobSpec,
  taskQueue: string,
): Promise<void> {
  const updateId = randomUUID();
  const startWorkflowOperation = new WithStartWorkflowOperation(SCHEDULED_JOB, {
    workflowId: job,
    taskQueue,
    args: [withWireKey(spec)],
    workflowIdConflictPolicy: 'FAIL',
  });
  const start = () =>
    client.workflow.executeUpdateWithStart<() => Promise<unknown>, ScheduledJobStatus, []>(JobMessage.ready, {
      args: [],
      updateId,
      startWorkflowOperation,
    });
  try {
    await client.connection.withDeadline(Date.now() + ANSWER_TIMEOUT_MS, start);
  } catch (error) {
    // The update's result is not needed, so one that cannot be decoded is fine.
    if ((await outcomeOf(client, job, updateId, error)) === 'success') return;
    throw await notCreated(client, job, taskQueue, error);
  }
}

/** Returns why the job was not created, after removing what was created of it. */
async function notCreated(client: Client, job: string, taskQueue: string, error: unknown): Promise<unknown> {
  if (error instanceof WorkflowExecutionAlreadyStartedError) {
    const message = 'there is a workflow with this id; update it, or delete it first';
    return jobError(job, 'exists', message, { cause: error });
  }
  if (isLate(error)) {
    await withinTimeout(client, () => takeBack(client, job)).catch(() => {});
    const message =
      `taskQueue: no worker of '${taskQueue}' answered within ${ANSWER_TIMEOUT_MS / 1000} s; start one whose ` +
      "workflows export { jobTick, scheduledJob } from 'temporal-job-tracing/workflows'";
    return jobError(job, 'no-worker', message, { cause: error });
  }
  const handle = client.workflow.getHandle(job);
  const ended = await withinTimeout(client, () => handle.result()).catch((failure: unknown) => failure);
  const failure = ended instanceof WorkflowFailedError ? ended.cause : undefined;
  if (!(failure instanceof ApplicationFailure)) return error;
  const message = failure.message.replace(/^scheduledJob: /, '');
  return jobError(job, 'invalid', message, { cause: error });
}

/**
 * Terminates the job unless a worker has processed it: then it may have existed before, and the server was
 * only late.
 */
async function takeBack(client: Client, job: string): Promise<void> {
  const { runId, memo = {} } = await describeExecution(client, job);
  if (JOB_MEMO in memo) return;
  await client.workflow.getHandle(job, runId).terminate('no worker answered');
}

/** Yields the scheduled jobs, newest first. */
export async function* listJobs(client: Client): AsyncGenerator<ListedJob> {
  const query = `WorkflowType = '${SCHEDULED_JOB}' AND ExecutionStatus = 'Running'`;
  for await (const { workflowId, memo = {}, startTime } of listExecutions(client, query)) {
    const details = memo[JOB_MEMO] as Omit<ListedJob, 'id' | 'createdAt'> | undefined;
    // Without this memo, no worker has processed the job yet.
    if (JOB_MEMO in memo) yield Object.freeze({ id: workflowId, ...details, createdAt: startTime });
  }
}
