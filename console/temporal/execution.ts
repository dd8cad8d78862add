/**
 * Converts a listed execution to the console's types, without further calls. Pure.
 */
import type { WorkflowExecutionStatusName } from '@temporalio/client';
import { AlertWorkflow } from '../../alerts/names';
import type { ExecutionInfo } from '../../client/job-run';
import { boundAttributes } from '../../client/trace-of-execution';
import { JOB_MEMO, JOB_TICK, SCHEDULED_JOB } from '../../core/jobs/names';
import { scheduleStartOf } from '../../core/schedule-start';
import { JOB_NAME_MEMO } from '../../core/search-attributes';
import { traceIdOfRun } from '../../core/trace-id';
import { defined } from '../../core/util/defined';
import { textOf } from '../../core/util/untrusted';
import { decisionOf } from '../../sampling/markers';
import type { RunSummary } from '../store/index';
import type { RunState } from '../types';

/** An open run, in the same form as a closed one in {@link RunSummary}. */
export interface OpenRun
  extends Omit<RunSummary, 'state' | 'closedAt' | 'durationMs' | 'errorLine' | 'isForgotten'> {
  readonly state: 'running';
  /** Due time, in milliseconds since 1970; in the future for a waiting cron tick. */
  readonly dueAt: number;
}

export type FoundRun = OpenRun | RunSummary;

const STATES: Readonly<Record<WorkflowExecutionStatusName, RunState>> = {
  RUNNING: 'running',
  COMPLETED: 'success',
  FAILED: 'failure',
  TIMED_OUT: 'timeout',
  CANCELLED: 'cancellation',
  TERMINATED: 'termination',
  CONTINUED_AS_NEW: 'continued',
  PAUSED: 'running',
  UNSPECIFIED: 'unknown',
  UNKNOWN: 'unknown',
};

/** Workflow types of this package that are not jobs themselves. */
const INFRASTRUCTURE: ReadonlySet<string> = new Set([
  SCHEDULED_JOB,
  JOB_TICK,
  'mapReduceBranch',
  'temporal-job-tracing-probe',
  ...Object.values(AlertWorkflow),
]);
const SYSTEM = 'temporal-sys-';

/** Returns the run; `undefined` for infrastructure and Temporal's own workflows. */
export function runOfExecution(info: ExecutionInfo, namespace: string): FoundRun | undefined {
  const bound = boundAttributes(info);
  if (bound.traceId === undefined && isInfrastructure(info)) return undefined;
  const { workflowId, runId, type: workflowType, memo } = info;
  const closedAt = info.closeTime?.getTime();
  const executionAt = executionMs(info);
  // A cron that was stopped between two ticks: the next tick never began.
  const isWithdrawn = closedAt !== undefined && closedAt < executionAt;
  const startedAt = isWithdrawn ? closedAt : executionAt;
  const dueAt = dueOf(info);
  const memoJob = textOf(memo?.[JOB_NAME_MEMO]);
  const isInner = bound.trigger === 'child' || bound.trigger === 'shard';
  // A child without our attributes, unless it is a run of a scheduledJob that has not begun.
  const isUnboundChild =
    bound.trigger === undefined && info.parentExecution !== undefined && memoJob === undefined;
  const decision = bound.markers.map(decisionOf).find((found) => found !== undefined);
  const found = defined({
    namespace,
    job: bound.job ?? memoJob ?? workflowType,
    workflowId,
    runId,
    workflowType,
    traceId: bound.traceId ?? traceIdOfRun(runId),
    startedAt,
    isListed: !isInner && !isUnboundChild && !isWithdrawn,
    trigger: bound.trigger,
    isForced: decision ? decision.reason === 'manual' || decision.reason === 'signal' : undefined,
    sampled: bound.sampled,
    samplingReason: decision?.reason,
    scheduleId: scheduleStartOf(workflowId, info.typedSearchAttributes.getAll())?.scheduleId,
  });
  const state = STATES[info.status.name];
  if (closedAt === undefined || state === 'running') return { ...found, state: 'running', dueAt };
  return { ...found, dueAt, state, closedAt, durationMs: closedAt - startedAt };
}

/**
 * Returns when the run was due, in milliseconds since 1970: the nominal time of a Schedule's action, else the
 * execution time.
 */
function dueOf(info: ExecutionInfo): number {
  return (
    scheduleStartOf(info.workflowId, info.typedSearchAttributes.getAll())?.nominalMs ?? executionMs(info)
  );
}

/**
 * Returns when the run began or will begin, in milliseconds since 1970. The execution of a cron tick, a retry
 * or a delayed start is created earlier, and waits until then.
 */
function executionMs({ executionTime, startTime }: ExecutionInfo): number {
  return Math.max(startTime.getTime(), executionTime?.getTime() ?? 0);
}

function isInfrastructure({ type, memo, workflowId }: ExecutionInfo): boolean {
  return INFRASTRUCTURE.has(type) || workflowId.startsWith(SYSTEM) || memo?.[JOB_MEMO] !== undefined;
}
