/**
 * `scheduledJob`: the controller of one job, small and long-lived. Holds the spec, keeps the cron workflow
 * that ticks ({@link jobTick}) in line with it, and starts manual runs.
 *
 * Sandbox code. Not traced. Ticks add nothing to its history; local activities, whose results are recorded, read
 * everything that depends on the outside. Running jobs replay with the next version of this file: a
 * change to its commands goes behind `patched`.
 */
import { ApplicationFailure, rootCause, TemporalFailure } from '@temporalio/common';
import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  currentUpdateInfo,
  defineQuery,
  defineSignal,
  defineUpdate,
  isCancellation,
  setDefaultSignalHandler,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { asInfrastructure } from '../core/infrastructure';
import {
  JobFailure,
  JobMessage,
  type ManualRun,
  type RunNowRequest,
  type ScheduledJobStatus,
  SIGNALS,
  STATUS_QUERY,
  type TicksMissed,
} from '../core/jobs/messages';
import { changeProblem, runNowProblem, ticksMissedProblem } from '../core/jobs/requests';
import type { ScheduledJobChange, ScheduledJobSpec } from '../core/jobs/spec';
import { addDetails } from '../core/run-details';
import { callers, noteCallers } from './callers';
import { JobController } from './job-controller';
import { jobInWords } from './job-in-words';
import type { CarriedJob } from './job-state';
import { autoUpgrade } from './versioning';

/** History events after which the job continues as new, unless the server suggests it earlier. */
const MAX_EVENTS = 500;

type ScheduledJob = (spec: ScheduledJobSpec, carried?: CarriedJob) => Promise<ScheduledJobStatus>;

/**
 * Workflow that controls one scheduled job: it ticks by a cron expression, and a person can run it at any
 * time.
 *
 * ```sh
 * temporal workflow start --type scheduledJob --workflow-id nightly-report --task-queue jobs \
 *   --input '{"workflow":"nightlyReport","cron":"0 2 * * *"}'
 * ```
 *
 * @returns the last status, after the job has been stopped
 * @throws {ApplicationFailure} `InvalidJobSpec`, non-retryable, which names the problem with the spec
 */
export const scheduledJob: (spec: ScheduledJobSpec) => Promise<ScheduledJobStatus> = asInfrastructure(
  async function scheduledJob(spec: ScheduledJobSpec, carried?: CarriedJob): Promise<ScheduledJobStatus> {
    const job = new JobController(spec, carried);
    listen(job);
    if (carried === undefined) await job.check();
    job.begin();
    let isContinued = false;
    try {
      isContinued = await settleUntilEnd(job);
    } finally {
      if (!isContinued) await CancellationScope.nonCancellable(() => job.end());
    }
    return isContinued
      ? continueAsNew<ScheduledJob>(job.state.spec, job.state.carried())
      : job.state.status(workflowInfo());
  },
  noteCallers,
);

autoUpgrade(scheduledJob);

/**
 * Keeps the job in the state that its spec describes.
 *
 * @returns `false` when the job is being stopped, `true` when it should continue as new, since its history is long
 */
async function settleUntilEnd(job: JobController): Promise<boolean> {
  for (;;) {
    while (!job.state.isSettled && !job.isStopping) await job.settle();
    await condition(() => job.isStopping || !job.state.isSettled || (isLong() && allHandlersFinished()));
    if (job.isStopping) return false;
    if (job.state.isSettled) return true;
  }
}

function isLong(): boolean {
  const { historyLength, continueAsNewSuggested } = workflowInfo();
  return continueAsNewSuggested || historyLength > MAX_EVENTS;
}

/** Sets the handlers of the job's signals, updates and query. */
function listen(job: JobController): void {
  const { runNow, pause, resume, change, stop, ready, ticksMissed } = JobMessage;
  const signal = (name: string, handle: (input: unknown) => unknown) =>
    setHandler(defineSignal<[unknown?]>(name), async (input) => {
      try {
        await handle(input);
      } catch (error) {
        // An error that leaves a handler would end the job at once, with its ticks and runs still in
        // progress.
        if (isCancellation(error)) return;
        if (!(error instanceof TemporalFailure)) throw error;
        job.state.signalRefused({ at: new Date().toISOString(), signal: name, why: rootCause(error) ?? '' });
      }
    });

  setHandler(defineQuery<ScheduledJobStatus>(STATUS_QUERY), () => job.state.status(workflowInfo()));
  setHandler(defineUpdate<ScheduledJobStatus>(STATUS_QUERY), async () => {
    await job.readRuns();
    return job.state.status(workflowInfo());
  });
  addDetails((linkTo) => jobInWords(job.state.status(workflowInfo()), linkTo));

  signal(runNow, (input) => {
    const startedBy = callers.get()?.ofSignal(runNow);
    refuseWhenStopping(job);
    refuse(runNowProblem(input));
    return job.runNow((input ?? {}) as RunNowRequest, startedBy);
  });
  setHandler(
    defineUpdate<ManualRun, [RunNowRequest | undefined]>(runNow),
    (input) => job.runNow(input ?? {}, callers.get()?.ofUpdate(currentUpdateInfo()?.id ?? '')),
    {
      validator: (input) => {
        refuseWhenStopping(job);
        refuse(runNowProblem(input));
      },
    },
  );

  const update = <T>(name: string, handle: (input: T) => void, problem: (input: T) => string | undefined) =>
    setHandler(
      defineUpdate<ScheduledJobStatus, [T]>(name),
      async (input) => {
        await job.whenReady();
        handle(input);
        return job.state.status(workflowInfo());
      },
      {
        validator: (input) => {
          refuseWhenStopping(job);
          refuse(problem(input));
        },
      },
    );
  signal(change, (input) => job.change(input));
  update<ScheduledJobChange>(
    change,
    (input) => job.state.apply(job.changedBy(input)),
    (input) => changeProblem(job.state.spec, input, job.types),
  );
  for (const [name, paused] of [
    [pause, true],
    [resume, false],
  ] as const) {
    signal(name, async () => {
      await job.whenReady();
      job.setPaused(paused);
    });
    update(
      name,
      () => job.setPaused(paused),
      () => undefined,
    );
  }

  signal(stop, () => job.stop());
  setHandler(defineUpdate<ScheduledJobStatus>(ready), async () => {
    await job.whenReady();
    return job.state.status(workflowInfo());
  });
  signal(ticksMissed, (input) => {
    refuse(ticksMissedProblem(input));
    job.state.ticksMissed(input as TicksMissed);
  });
  // Last: it takes at once the signals that came before their handler was set, as those of the first task do.
  setDefaultSignalHandler((name) => {
    job.state.signalRefused({ at: new Date().toISOString(), signal: name, why: unknownSignal(name) });
  });
}

function unknownSignal(name: string): string {
  const meant = SIGNALS.find((known) => known.toLowerCase() === name.toLowerCase());
  return `there is no signal ${JSON.stringify(name)}; send ${meant ?? `one of ${SIGNALS.join(', ')}`}`;
}

/** @throws {ApplicationFailure} if there is a problem with a request */
function refuse(problem: string | undefined): void {
  if (problem !== undefined) throw ApplicationFailure.nonRetryable(problem, JobFailure.invalidRequest);
}

function refuseWhenStopping(job: JobController): void {
  if (job.isStopping)
    throw ApplicationFailure.nonRetryable('the job is being stopped: create it anew', JobFailure.isStopping);
}
