/**
 * `jobTick`: one tick of a `scheduledJob`. A cron workflow that starts the user's workflow as a run of its
 * own: directly under the cron, that workflow would end the cron by continuing as new, and block it while it
 * is retried.
 *
 * Sandbox code. Not traced. The server starts a tick at once if it is cancelled while it waits for its time:
 * such a tick must not reach user code.
 */
import {
  CancelledFailure,
  ChildWorkflowFailure,
  WorkflowExecutionAlreadyStartedError,
} from '@temporalio/common';
import {
  CancellationScope,
  executeChild,
  getExternalWorkflowHandle,
  isCancellation,
  workflowInfo,
} from '@temporalio/workflow';
import type { TickLook } from '../activities/scheduled-job';
import { asInfrastructure } from '../core/infrastructure';
import { ticksBetween } from '../core/jobs/cron-time';
import { JobMessage, MAX_MISSED, missedOf, type TickInput, type TicksMissed } from '../core/jobs/messages';
import { tickRunId } from '../core/jobs/names';
import { cronOf } from '../core/jobs/spec';
import { scheduledMsOf } from '../core/scheduled-time';
import { local } from './job-activities';
import { runOptions } from './job-run';
import { autoUpgrade } from './versioning';

/**
 * Cron workflow of a scheduled job's ticks. Started by `scheduledJob`; not meant to be started by users.
 *
 * Its result is the last tick that was run or counted: the server may accept the result late, for example
 * after a restart, and the next tick counts the ticks that were skipped until then.
 */
export const jobTick: (input: never) => Promise<unknown> = asInfrastructure(async function jobTick(
  input: TickInput,
): Promise<number> {
  if (isCancelled()) throw new CancelledFailure('the job does not want this tick');
  const cron = cronOf(input.spec) ?? '';
  const scheduledMs = scheduledMsOf(workflowInfo()) ?? Date.now();
  const look = await lookAround(input, cron, scheduledMs);
  // The job is gone, and the activity has cancelled this workflow.
  if (!look.exists) await CancellationScope.current().cancelRequested;
  const told = look.missed && tellMissed(input, look.missed);
  // Awaited below, unless the tick is cancelled.
  told?.catch(() => {});
  const hasRun = await runIt(input, scheduledMs);
  const isLate = look.nextTickMs !== undefined && look.nextTickMs <= Date.now();
  const later = isLate ? ticksBetween(cron, scheduledMs, Date.now(), MAX_MISSED) : [];
  await told;
  if (!hasRun || isLate) await tellMissed(input, missedOf(hasRun ? later : [scheduledMs, ...later]));
  return later.at(-1) ?? scheduledMs;
});

/** Signals missed ticks to the job; ignored if the job has just ended. */
function tellMissed({ job }: TickInput, missed: TicksMissed): Promise<void> {
  return getExternalWorkflowHandle(job.workflowId)
    .signal(JobMessage.ticksMissed, missed)
    .catch(rethrowCancellation);
}

/** Returns the last tick that the previous run has run or counted, in milliseconds since the epoch. */
function accountedMs(): number | undefined {
  const last: unknown = workflowInfo().lastResult;
  return typeof last === 'number' ? last : undefined;
}

autoUpgrade(jobTick);

/** Looks whether the job exists; if that cannot be determined, it is assumed, so that no tick is lost. */
function lookAround({ job }: TickInput, cron: string, scheduledMs: number): Promise<TickLook> {
  const sinceMs = accountedMs();
  const question = { job, cron, scheduledMs, ...(sinceMs !== undefined && { sinceMs }) };
  return local.jobTracingLookAtTick(question).catch((error: unknown) => {
    rethrowCancellation(error);
    return { exists: true };
  });
}

/**
 * Runs the user's workflow to its end, whatever the result; false if an earlier tick's run is still in
 * progress.
 */
async function runIt({ job, spec }: TickInput, scheduledMs: number): Promise<boolean> {
  const options = runOptions(spec, {
    jobId: job.workflowId,
    workflowId: tickRunId(job.workflowId),
    trigger: 'cron',
    facts: { scheduledMs },
  });
  try {
    await executeChild(spec.workflow, options);
  } catch (error) {
    if (isCancelled()) throw error;
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    if (!(error instanceof ChildWorkflowFailure)) throw error;
  }
  return true;
}

function isCancelled(): boolean {
  return CancellationScope.current().consideredCancelled;
}

function rethrowCancellation(error: unknown): void {
  if (isCancellation(error) && isCancelled()) throw error;
}
