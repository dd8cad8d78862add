/**
 * Local activities of `scheduledJob` and its ticks: they check a spec, whether a job still exists, and whether a
 * run is in progress.
 *
 * Their results are recorded in the history, so that commands depend on nothing else.
 */
import { Context } from '@temporalio/activity';
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { UntypedActivities } from '@temporalio/common';
import { nextTickMs, ticksBetween } from '../core/jobs/cron-time';
import {
  type JobReference,
  MAX_MISSED,
  missedOf,
  type RecentRun,
  type RunIds,
  type TicksMissed,
} from '../core/jobs/messages';
import { CRON_MEMO } from '../core/jobs/names';
import { specProblem } from '../core/jobs/spec';
import { traceIdOfRun } from '../core/trace-id';
import { defined } from '../core/util/defined';
import { suppressed } from '../core/util/suppressed';
import { readRuns } from './job-runs';

/** Result of the check with which each tick begins. */
export interface TickCheck {
  /**
   * Whether the tick's job exists; if it is gone or has another cron, the tick's workflow has been cancelled.
   */
  readonly exists: boolean;
  /** Nominal time of the next tick, in milliseconds since the epoch. */
  readonly nextTickMs?: number;
  /** Ticks between the last one that was run or counted and this one, which the server has skipped. */
  readonly missed?: TicksMissed;
}

/** Input of the check with which each tick begins. */
export interface TickToCheck {
  readonly job: JobReference;
  /** Cron expression of the job. */
  readonly cron: string;
  /** Nominal time of the tick, in milliseconds since the epoch. */
  readonly scheduledMs: number;
  /** Last tick that was run or counted, in milliseconds since the epoch; left out for the first one. */
  readonly sinceMs?: number;
}

/** Attempts to look up the job; the last one assumes that the job exists if the server does not answer. */
const ATTEMPTS = 3;
/** Time limit of all calls to the server in an attempt, in milliseconds; shorter than the attempt itself. */
const CALLS_TIMEOUT_MS = 4_000;

/** The activities by their names, which are in users' histories. */
const jobActivities = Object.freeze({
  /** Returns the problem with the spec; `null` if there is none. */
  async jobTracingCheckSpec(spec: unknown, types?: readonly string[] | null): Promise<string | null> {
    return specProblem(spec, types ?? undefined) ?? null;
  },

  /** Returns the job's runs with these workflow ids: running ones, then the last ones that ended. */
  jobTracingReadRuns(workflowIds: readonly string[]): Promise<RecentRun[]> {
    return withClient((client) => readRuns(client, workflowIds, ''));
  },

  /**
   * Checks whether the tick's job exists; cancels a tick whose job is gone, or was reset and has another cron.
   */
  jobTracingLookAtTick(tick: TickToCheck): Promise<TickCheck> {
    return withClient((client) => checkTick(client, tick));
  },

  /** Returns the first of the workflows that is running; `null` if none is. */
  jobTracingFindRunning(workflowIds: readonly string[]): Promise<RunIds | null> {
    return withClient((client) => findRunning(client, workflowIds));
  },
});

/** Type of the local activities, for the workflows that call them. */
export type JobActivities = typeof jobActivities;

/**
 * Local activities of `scheduledJob`. `JobTracingPlugin` adds them to its workers; on a worker without the
 * plugin, register them: `activities: { ...mine, ...scheduledJobActivities }`.
 */
export const scheduledJobActivities: UntypedActivities = jobActivities;

/**
 * Returns the local activities of `scheduledJob` with links to traces.
 *
 * @param traceUrl compiled template of a trace's address; empty for no links
 */
export function jobActivitiesWithLinks(traceUrl: string): UntypedActivities {
  const jobTracingReadRuns = (ids: readonly string[]) =>
    withClient((client) => readRuns(client, ids, traceUrl));
  return { ...jobActivities, jobTracingReadRuns };
}

/** Calls `fn` with the worker's client, untraced and within {@link CALLS_TIMEOUT_MS}. */
function withClient<T>(fn: (client: Client) => Promise<T>): Promise<T> {
  const { client } = Context.current();
  return suppressed(() => client.withDeadline(Date.now() + CALLS_TIMEOUT_MS, () => fn(client)));
}

async function checkTick(
  client: Client,
  { job, cron, scheduledMs, sinceMs }: TickToCheck,
): Promise<TickCheck> {
  const { info } = Context.current();
  const skipped = sinceMs === undefined ? [] : ticksBetween(cron, sinceMs, scheduledMs - 1, MAX_MISSED);
  const exists = await jobExists(client, job).catch((error: unknown) => {
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

async function findRunning(client: Client, workflowIds: readonly string[]): Promise<RunIds | null> {
  for (const workflowId of workflowIds) {
    const found = await describeWorkflow(client, workflowId);
    if (found?.status.name === 'RUNNING')
      return { workflowId, runId: found.runId, traceId: traceIdOfRun(found.runId) };
  }
  return null;
}

async function jobExists(client: Client, { workflowId, firstRunId, cron }: JobReference): Promise<boolean> {
  const found = await describeWorkflow(client, workflowId);
  if (found?.status.name !== 'RUNNING') return false;
  if ((found.memo?.[CRON_MEMO] ?? cron) !== cron) return false;
  // Servers before 1.26 do not return the first run id of a chain.
  const first = found.raw.workflowExecutionInfo?.firstRunId;
  return !first || first === firstRunId;
}

/** Returns the workflow's description; `undefined` if there is no such workflow. */
async function describeWorkflow(client: Client, workflowId: string) {
  try {
    return await client.workflow.getHandle(workflowId).describe();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}
