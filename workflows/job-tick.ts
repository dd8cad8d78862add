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
import { JobMessage, KEPT, type TickInput, type TicksMissed } from '../core/jobs/messages';
import { tickRunId } from '../core/jobs/names';
import { cronOf } from '../core/jobs/spec';
import { scheduledMsOf } from '../core/scheduled-time';
import { local } from './job-activities';
import { runOptions } from './job-run';
import { autoUpgrade } from './versioning';

/** More than these are not counted one by one. */
const MAX_MISSED = 1_000;

/** Started by `scheduledJob`; not meant to be started by hand. */
export const jobTick: (input: never) => Promise<unknown> = asInfrastructure(async function jobTick(
  input: TickInput,
): Promise<void> {
  if (isCancelled()) throw new CancelledFailure('the job does not want this tick');
  const cron = cronOf(input.spec) ?? '';
  const scheduledMs = scheduledMsOf(workflowInfo()) ?? Date.now();
  const look = await lookAround(input, cron, scheduledMs);
  // Its job is gone, and the activity has cancelled this workflow.
  if (!look.exists) await CancellationScope.current().cancelRequested;
  const hasRun = await runIt(input, scheduledMs);
  const isLate = look.nextTickMs !== undefined && look.nextTickMs <= Date.now();
  if (hasRun && !isLate) return;
  const later = isLate ? ticksBetween(cron, scheduledMs, Date.now(), MAX_MISSED) : [];
  const ticks = hasRun ? later : [scheduledMs, ...later];
  const missed: TicksMissed = { total: ticks.length, last: ticks.slice(-KEPT) };
  // Nobody is told when the job has just gone.
  await getExternalWorkflowHandle(input.job.workflowId)
    .signal(JobMessage.ticksMissed, missed)
    .catch(rethrowCancellation);
});

autoUpgrade(jobTick);

/** That the job exists is assumed when nobody can be asked: no tick is lost for it. */
function lookAround({ job }: TickInput, cron: string, scheduledMs: number): Promise<TickLook> {
  return local.jobTracingLookAtTick({ job, cron, scheduledMs }).catch((error: unknown) => {
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
