/**
 * `jobTick`: one tick of a `scheduledJob`. A cron workflow around the user's, which runs as a run of its own:
 * under the cron itself it would end it by continuing as new, and block it while it is retried.
 *
 * Sandbox code. Not traced. A tick that is cancelled while it waits for its time is started by the server at
 * once: it must not reach user code.
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
 * Its result is the last tick that was run or counted: the server may take the result much later than it was given, as
 * when it was killed meanwhile, and the ticks that it skips for it are counted by the next tick.
 *
 * Started by `scheduledJob`; not meant to be started by hand.
 */
export const jobTick: (input: never) => Promise<unknown> = asInfrastructure(async function jobTick(
  input: TickInput,
): Promise<number> {
  if (isCancelled()) throw new CancelledFailure('the job does not want this tick');
  const cron = cronOf(input.spec) ?? '';
  const scheduledMs = scheduledMsOf(workflowInfo()) ?? Date.now();
  const look = await lookAround(input, cron, scheduledMs);
  // Its job is gone, and the activity has cancelled this workflow.
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

/** Nobody is told when the job has just gone. */
function tellMissed({ job }: TickInput, missed: TicksMissed): Promise<void> {
  return getExternalWorkflowHandle(job.workflowId)
    .signal(JobMessage.ticksMissed, missed)
    .catch(rethrowCancellation);
}

/** The last tick that was run or counted, by the run before. */
function accountedMs(): number | undefined {
  const last: unknown = workflowInfo().lastResult;
  return typeof last === 'number' ? last : undefined;
}

autoUpgrade(jobTick);

/** That the job exists is assumed when nobody can be asked: no tick is lost for it. */
function lookAround({ job }: TickInput, cron: string, scheduledMs: number): Promise<TickLook> {
  const sinceMs = accountedMs();
  const question = { job, cron, scheduledMs, ...(sinceMs !== undefined && { sinceMs }) };
  return local.jobTracingLookAtTick(question).catch((error: unknown) => {
    rethrowCancellation(error);
    return { exists: true };
  });
}

/** Runs the user's workflow to its end, however that is; false if the run of an earlier tick still goes on. */
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
