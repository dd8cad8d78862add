/**
 * What `scheduledJob` and its ticks ask the outside for, as local activities: whether a spec is right, whether a
 * job still exists, whether a run goes on.
 *
 * What they answer is recorded in the history, so that commands depend on nothing else.
 */
import { Context } from '@temporalio/activity';
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { UntypedActivities } from '@temporalio/common';
import { nextTickMs, ticksBetween } from '../core/jobs/cron-time';
import {
  type JobReference,
  MAX_MISSED,
  missedOf,
  type RunningRun,
  type SeenRun,
  type TicksMissed,
} from '../core/jobs/messages';
import { CRON_MEMO } from '../core/jobs/names';
import { specProblem } from '../core/jobs/spec';
import { traceIdOfRun } from '../core/trace-id';
import { defined } from '../core/util/defined';
import { suppressed } from '../core/util/suppressed';
import { readRuns } from './job-runs';

/** What a tick is told before it does anything. */
export interface TickLook {
  /** False: its job is gone or has another cron, and the tick's workflow has been cancelled. */
  readonly exists: boolean;
  /** When the next tick is due, milliseconds since the epoch. */
  readonly nextTickMs?: number;
  /** Ticks between the one that was run or counted last and this one: the server has skipped them. */
  readonly missed?: TicksMissed;
}

export interface TickQuestion {
  readonly job: JobReference;
  readonly cron: string;
  readonly scheduledMs: number;
  /** The tick that was run or counted last; missing for the first one. */
  readonly sinceMs?: number;
}

/** The last of them assumes that the job exists when nobody can be asked. */
const ATTEMPTS = 3;
/** Within the time of an attempt. */
const ASK_TIMEOUT_MS = 4_000;

const jobActivities = Object.freeze({
  /** What is wrong with the spec, or nothing. */
  async jobTracingCheckSpec(spec: unknown, types?: readonly string[] | null): Promise<string | null> {
    return specProblem(spec, types ?? undefined) ?? null;
  },

  /** The job's runs with these workflow ids: those that go on, then the last that ended. */
  jobTracingReadRuns(workflowIds: readonly string[]): Promise<SeenRun[]> {
    return suppressed(() => readRuns(workflowIds, ''));
  },

  /** Ends a tick whose job is gone, or was reset and has another cron. */
  jobTracingLookAtTick(question: TickQuestion): Promise<TickLook> {
    return suppressed(() => lookAtTick(question));
  },

  /** The first of the workflows that is running, or nothing. */
  jobTracingFindRunning(workflowIds: readonly string[]): Promise<RunningRun | null> {
    return suppressed(() => findRunning(workflowIds));
  },
});

/** The activities as the workflows call them. */
export type JobActivities = typeof jobActivities;

/**
 * The local activities of `scheduledJob`. A worker with `JobTracingPlugin` has them; without it they are given to
 * it by hand: `activities: { ...mine, ...scheduledJobActivities }`.
 */
export const scheduledJobActivities: UntypedActivities = jobActivities;

/** The same with links to traces, on a worker whose plugin has their address: a compiled template, or empty. */
export function jobActivitiesWithLinks(traceUrl: string): UntypedActivities {
  const jobTracingReadRuns = (ids: readonly string[]) => suppressed(() => readRuns(ids, traceUrl));
  return { ...jobActivities, jobTracingReadRuns };
}

async function lookAtTick({ job, cron, scheduledMs, sinceMs }: TickQuestion): Promise<TickLook> {
  const { client, info } = Context.current();
  const skipped = sinceMs === undefined ? [] : ticksBetween(cron, sinceMs, scheduledMs - 1, MAX_MISSED);
  const exists = await client
    .withDeadline(Date.now() + ASK_TIMEOUT_MS, () => isThere(client, job))
    .catch((error: unknown) => {
      if (info.attempt < ATTEMPTS) throw error;
      return true;
    });
  if (!exists && info.workflowExecution) {
    const { workflowId, runId } = info.workflowExecution;
    await client.workflow.getHandle(workflowId, runId).cancel();
  }
  return defined({
    exists,
    nextTickMs: nextTickMs(cron, scheduledMs),
    missed: skipped.length > 0 ? missedOf(skipped) : undefined,
  });
}

async function findRunning(workflowIds: readonly string[]): Promise<RunningRun | null> {
  const { client } = Context.current();
  for (const workflowId of workflowIds) {
    const found = await describe(client, workflowId);
    if (found?.status.name === 'RUNNING')
      return { workflowId, runId: found.runId, traceId: traceIdOfRun(found.runId) };
  }
  return null;
}

async function isThere(client: Client, { workflowId, firstRunId, cron }: JobReference): Promise<boolean> {
  const found = await describe(client, workflowId);
  if (found?.status.name !== 'RUNNING') return false;
  if ((found.memo?.[CRON_MEMO] ?? cron) !== cron) return false;
  // Servers before 1.26 do not tell the first run of a chain.
  const first = found.raw.workflowExecutionInfo?.firstRunId;
  return !first || first === firstRunId;
}

async function describe(client: Client, workflowId: string) {
  try {
    return await client.workflow.getHandle(workflowId).describe();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}
