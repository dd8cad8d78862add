/**
 * Scheduled jobs: created, and listed.
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
import { isLate, jobError } from './job-error';
import { ANSWER_TIMEOUT_MS } from './job-handle';
import { describeExecution, listExecutions, withinTimeout } from './listing';
import { outcomeOf } from './update-outcome';

/** A job in a list. */
export interface ListedJob {
  /** Workflow id of its `scheduledJob`. */
  readonly id: string;
  /**
   * Name of the job, under which its runs are found. Like the next three it is in a memo: left out if the client lacks the
   * workers' data converter.
   */
  readonly job?: string;
  /** Type of the workflow that does the work. */
  readonly workflow?: string;
  readonly cron?: string;
  readonly paused?: boolean;
  readonly createdAt: Date;
}

/** Where a job runs. */
export interface CreateOptions {
  /** Task queue of the workers that have `scheduledJob` in their workflows. */
  readonly taskQueue: string;
}

/** Resolves when a worker has checked the job. */
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
    args: [spec],
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
    // Its answer is not needed.
    if ((await outcomeOf(client, job, updateId, error)) === 'success') return;
    throw await notCreated(client, job, taskQueue, error);
  }
}

/** Why it was not created; takes back what was. */
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

/** Leaves a job alone that a worker has seen: the server may have been late, and the job there before. */
async function takeBack(client: Client, job: string): Promise<void> {
  const { runId, memo = {} } = await describeExecution(client, job);
  if (JOB_MEMO in memo) return;
  await client.workflow.getHandle(job, runId).terminate('no worker answered');
}

/** The jobs that there are, the newest first. */
export async function* listJobs(client: Client): AsyncGenerator<ListedJob> {
  const query = `WorkflowType = '${SCHEDULED_JOB}' AND ExecutionStatus = 'Running'`;
  for await (const { workflowId, memo = {}, startTime } of listExecutions(client, query)) {
    const facts = memo[JOB_MEMO] as Omit<ListedJob, 'id' | 'createdAt'> | undefined;
    // Without it no worker has seen the job yet.
    if (JOB_MEMO in memo) yield Object.freeze({ id: workflowId, ...facts, createdAt: startTime });
  }
}
