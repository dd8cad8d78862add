/**
 * The commands of a `scheduledJob`; each is awaited before the next one of its kind.
 *
 * Sandbox code. Cancelling a child through its scope has no effect from the second tick on, and a start and a
 * cancellation of the same child in one task fail that task forever: so the cron is cancelled through an
 * external handle, and its successor has another workflow id.
 */
import { ApplicationFailure, rootCause } from '@temporalio/common';
import {
  allHandlersFinished,
  CancellationScope,
  ChildWorkflowCancellationType,
  condition,
  getExternalWorkflowHandle,
  isCancellation,
  ParentClosePolicy,
  sleep,
  startChild,
  upsertMemo,
  uuid4,
  workflowInfo,
} from '@temporalio/workflow';
import {
  JobFailure,
  jobNameOf,
  type ManualRun,
  type RunIds,
  type RunNowRequest,
} from '../core/jobs/messages';
import { CRON_MEMO, idOfJob, JOB_MEMO, JOB_TICK, tickRunId } from '../core/jobs/names';
import { changed, type ScheduledJobChange, type ScheduledJobSpec } from '../core/jobs/spec';
import { traceIdOfRun } from '../core/trace-id';
import { defined } from '../core/util/defined';
import { isObject } from '../core/util/untrusted';
import { bundleExports } from '../interceptors/sandbox/sdk-internals';
import { local } from './job-activities';
import { runOptions } from './job-run';
import { type CarriedJob, JobState } from './job-state';

/** Number of checks, one second apart, whether everything has ended, before the job ends itself. */
const MAX_END_CHECKS = 10;

/** Controls one job: its cron, its manual runs, its spec and its end. */
export class JobController {
  readonly state: JobState;
  /** Workflow types of the worker; `undefined` if any may exist. No command depends on them. */
  readonly types = typesOfWorker();
  readonly #jobId = workflowInfo().workflowId;
  #isReady = false;
  #isStopping = false;
  #isStarting = false;

  constructor(spec: ScheduledJobSpec, carried: CarriedJob | undefined) {
    this.state = new JobState(spec, carried);
  }

  get isStopping(): boolean {
    return this.#isStopping;
  }

  /**
   * Checks the spec in a local activity.
   *
   * @throws {ApplicationFailure} that names the problem with the spec
   */
  async check(): Promise<void> {
    const problem = await local.jobTracingCheckSpec(this.state.spec, this.types).catch((error: unknown) => {
      if (isCancellation(error)) throw error;
      throw ApplicationFailure.nonRetryable(
        `scheduledJob: the worker could not check the job (${rootCause(error)}). Add JobTracingPlugin to it, or ` +
          "the activities 'scheduledJobActivities' of temporal-job-tracing/activities",
        JobFailure.invalidSpec,
      );
    });
    if (problem === null) return;
    throw ApplicationFailure.nonRetryable(`scheduledJob: ${problem}`, JobFailure.invalidSpec);
  }

  /** Lets requests proceed, after the spec has been checked. */
  begin(): void {
    this.#isReady = true;
  }

  /** Resolves after {@link begin}. */
  async whenReady(): Promise<void> {
    if (!this.#isReady) await condition(() => this.#isReady);
  }

  /** Takes one step towards the state that the spec describes. */
  async settle(): Promise<void> {
    const { state } = this;
    const { revision, wantedCron } = state;
    if (state.announced !== revision) {
      const { workflow, paused = false } = state.spec;
      const job = jobNameOf(state.spec, this.#jobId);
      upsertMemo({
        [JOB_MEMO]: { job, workflow, cron: wantedCron ?? state.spec.cron, paused },
        [CRON_MEMO]: nameOfCron(revision),
      });
      state.announced = revision;
    }
    if (state.cron && state.cron.revision !== revision) {
      await cancel(state.cron.workflowId);
      state.cron = undefined;
    }
    if (wantedCron !== undefined && state.cron === undefined) await this.#startCron(wantedCron, revision);
  }

  async #startCron(cronSchedule: string, revision: number): Promise<void> {
    const { state } = this;
    const workflowId = idOfJob(this.#jobId, `cron-${uuid4().slice(0, 8)}`);
    const startedMs = Date.now();
    state.cron = { workflowId, revision, startedMs };
    const { firstExecutionRunId: firstRunId } = workflowInfo();
    const job = { workflowId: this.#jobId, firstRunId, cron: nameOfCron(revision) };
    await startChild(JOB_TICK, {
      workflowId,
      args: [{ job, spec: state.spec }],
      cronSchedule,
      parentClosePolicy: ParentClosePolicy.ABANDON,
      cancellationType: ChildWorkflowCancellationType.ABANDON,
    });
  }

  /** Reads the job's runs from the server. */
  async readRuns(): Promise<void> {
    await this.whenReady();
    const manual = this.state.status(workflowInfo()).manualRuns.map(({ workflowId }) => workflowId);
    const runs = await local.jobTracingReadRuns([tickRunId(this.#jobId), ...manual]);
    this.state.lastRuns = { readAt: new Date().toISOString(), runs };
  }

  /**
   * Starts a manual run.
   *
   * @throws {ApplicationFailure} if a run is in progress and the job's `manualRuns` is `'refuse'`
   */
  async runNow({ args, reason }: RunNowRequest, startedBy: string | undefined): Promise<ManualRun> {
    await this.whenReady();
    if (this.state.spec.manualRuns !== 'refuse') return this.#start(args, reason, startedBy);
    // A loop, since several requests may have waited for the same one.
    while (this.#isStarting) await condition(() => !this.#isStarting);
    this.#isStarting = true;
    try {
      const { open } = this.state;
      const running = await local.jobTracingFindRunning([tickRunId(this.#jobId), ...open]);
      if (running !== null) throw runInProgress(running);
      // After continue-as-new, the controller is not notified when runs end that were started before.
      for (const workflowId of open) this.state.manualRunEnded(workflowId);
      return await this.#start(args, reason, startedBy);
    } finally {
      this.#isStarting = false;
    }
  }

  async #start(
    args: readonly unknown[] | undefined,
    reason: string | undefined,
    startedBy: string | undefined,
  ): Promise<ManualRun> {
    const { state } = this;
    const request = defined({ reason: reason || undefined, startedBy: startedBy || undefined });
    const options = runOptions(state.spec, {
      jobId: this.#jobId,
      workflowId: idOfJob(this.#jobId, `manual-${uuid4().slice(0, 8)}`),
      trigger: 'manual',
      args,
      metadata: request,
    });
    const startedAt = new Date().toISOString();
    const child = await CancellationScope.nonCancellable(() => startChild(state.spec.workflow, options));
    const { workflowId, firstExecutionRunId: runId } = child;
    const run = { workflowId, runId, traceId: traceIdOfRun(runId), startedAt, ...request };
    state.manualRunStarted(run);
    const onEnd = () => state.manualRunEnded(workflowId);
    child.result().then(onEnd, onEnd);
    return run;
  }

  /**
   * Changes the spec.
   *
   * @throws {ApplicationFailure} that names the problem with the change
   */
  async change(change: unknown): Promise<void> {
    await this.whenReady();
    const { state } = this;
    for (;;) {
      const { revision } = state;
      const wanted = isObject(change) ? this.changedBy(change as ScheduledJobChange) : change;
      const problem = await local.jobTracingCheckSpec(wanted, this.types);
      if (problem !== null) throw ApplicationFailure.nonRetryable(problem, JobFailure.invalidRequest);
      // Someone else has changed the spec meanwhile: check both changes together.
      if (revision === state.revision) return state.apply(wanted as ScheduledJobSpec);
    }
  }

  /** Returns the spec with the change applied, unchecked. */
  changedBy(change: ScheduledJobChange): ScheduledJobSpec {
    return changed(this.state.spec, change);
  }

  setPaused(paused: boolean): void {
    this.state.apply(this.changedBy({ paused: paused || null }));
  }

  /** Requests the end of the job; {@link end} carries it out. */
  stop(): void {
    this.#isStopping = true;
  }

  /** Cancels the ticks and all runs in progress, and waits a bounded time for their end. */
  async end(): Promise<void> {
    this.#isStopping = true;
    await condition(allHandlersFinished);
    for (let checks = 1; ; checks++) {
      const { cron, open } = this.state;
      const ids = [...(cron ? [cron.workflowId] : []), tickRunId(this.#jobId), ...open];
      for (const id of ids) await cancel(id);
      const running = await local.jobTracingFindRunning(ids).catch(() => null);
      if (running === null || checks === MAX_END_CHECKS) return;
      await sleep('1 second');
    }
  }
}

/**
 * Returns the name of a cron: unique to the run, since after a reset earlier crons of the same revision may
 * exist.
 */
function nameOfCron(revision: number): string {
  return `${workflowInfo().runId} ${revision}`;
}

/** Cancels the workflow; one that has already ended is not an error. */
async function cancel(workflowId: string): Promise<void> {
  await getExternalWorkflowHandle(workflowId)
    .cancel()
    .catch(() => {});
}

/** Returns the workflow types that the bundle exports; `undefined` if they are unknown, or any may exist. */
function typesOfWorker(): string[] | undefined {
  const workflows = bundleExports();
  if (!workflows) return undefined;
  const types = Object.keys(workflows).filter((type) => typeof workflows[type] === 'function');
  return types.includes('default') ? undefined : types;
}

function runInProgress(run: RunIds): ApplicationFailure {
  return ApplicationFailure.create({
    message:
      `the job is running: run ${run.runId} of ${run.workflowId}, TraceId ${run.traceId}. Wait for its end, or ` +
      'let manual runs overlap with the change {"manualRuns":"overlap"}',
    type: JobFailure.isRunning,
    nonRetryable: true,
    details: [run],
  });
}
