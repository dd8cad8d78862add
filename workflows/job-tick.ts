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
import type { TickCheck } from '../activities/scheduled-job';
import { asInfrastructure } from '../core/infrastructure';
import { ticksBetween } from '../core/jobs/cron-time';
import { JobMessage, MAX_MISSED, missedOf, type TickInput, type TicksMissed } from '../core/jobs/messages';
import { tickRunId } from '../core/jobs/names';
import { cronOf } from '../core/jobs/spec';
import { scheduledMsOf } from '../core/scheduled-time';
import { defined } from '../core/util/defined';
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
  if (isCancelled()) throw new CancelledFailure('the tick was cancelled while it waited for its time');
  const cron = cronOf(input.spec) ?? '';
  const scheduledMs = scheduledMsOf(workflowInfo()) ?? Date.now();
  const check = await checkTick(input, cron, scheduledMs);
  // The job is gone, and the activity has cancelled this workflow.
  if (!check.exists) await CancellationScope.current().cancelRequested;
  const signalled = check.missed && signalMissed(input, check.missed);
  // Awaited below, unless the tick is cancelled.
  signalled?.catch(() => {});
  const hasRun = await runIt(input, scheduledMs);
  const isLate = check.nextTickMs !== undefined && check.nextTickMs <= Date.now();
  const later = isLate ? ticksBetween(cron, scheduledMs, Date.now(), MAX_MISSED) : [];
  await signalled;
  if (!hasRun || isLate) await signalMissed(input, missedOf(hasRun ? later : [scheduledMs, ...later]));
  return later.at(-1) ?? scheduledMs;
});

/** Signals missed ticks to the job; ignored if the job has just ended. */
function signalMissed({ job }: TickInput, missed: TicksMissed): Promise<void> {
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

/** Checks whether the job exists; if that cannot be determined, assumes it, so that no tick is lost. */
function checkTick({ job }: TickInput, cron: string, scheduledMs: number): Promise<TickCheck> {
  const sinceMs = accountedMs();
  const tick = defined({ job, cron, scheduledMs, sinceMs });
  return local.jobTracingLookAtTick(tick).catch((error: unknown) => {
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
    metadata: { scheduledMs },
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
