/**
 * A listed run, reduced to the values that a watcher uses. Pure.
 */
import type { WorkflowExecutionStatusName } from '@temporalio/client';
import { defineSearchAttributeKey } from '@temporalio/common';
import type { ExecutionInfo } from '../../client/job-run';
import { boundAttributes } from '../../client/trace-of-execution';
import { JOB_TICK, SCHEDULED_JOB } from '../../core/jobs/names';
import { JOB_NAME_MEMO, type JobTrigger } from '../../core/search-attributes';
import { toKeyword } from '../../core/server-limits';
import { traceIdOfRun } from '../../core/trace-id';
import { ALERTS_TASK_QUEUE } from '../names';

/** A listed run. */
export interface RunRow {
  readonly workflowId: string;
  readonly runId: string;
  readonly workflowType: string;
  readonly taskQueue: string;
  readonly status: WorkflowExecutionStatusName;
  readonly job: string;
  readonly trigger?: JobTrigger;
  /** Whether the first workflow task has completed. */
  readonly hasBegun: boolean;
  /** Time at which the run was due, in milliseconds since 1970. */
  readonly dueMs: number;
  readonly startMs: number;
  readonly closeMs?: number;
  /** Trace ID from the attributes; left out if they are not this run's own. */
  readonly traceId?: string;
  /** Whether the run is sampled. */
  readonly recorded?: boolean;
}

const BUILD_IDS = defineSearchAttributeKey('BuildIds', 'KEYWORD_LIST');
/** Separates the id of a `scheduledJob` from the suffix of its ticks. */
const CRON_ID = '/cron-';

/**
 * Returns the row; `undefined` for a child or a shard, which are never reported by themselves, and for the
 * workflows of alerts.
 */
export function toRow(info: ExecutionInfo): RunRow | undefined {
  const { traceId, job, trigger, sampled } = boundAttributes(info);
  const memoJob = info.memo?.[JOB_NAME_MEMO];
  const named = job ?? (typeof memoJob === 'string' && memoJob !== '' ? memoJob : undefined);
  const isOrdinaryChild = info.parentExecution !== undefined && trigger === undefined && named === undefined;
  const isTick = info.type === JOB_TICK;
  if (trigger === 'child' || trigger === 'shard' || (isOrdinaryChild && !isTick)) return undefined;
  if (info.taskQueue === ALERTS_TASK_QUEUE) return undefined;
  const isOwn = traceId !== undefined && traceId === traceIdOfRun(info.runId);
  return {
    workflowId: info.workflowId,
    runId: info.runId,
    workflowType: info.type,
    taskQueue: info.taskQueue,
    status: info.status.name,
    job: toKeyword(named ?? jobOfInfrastructure(info) ?? info.type),
    ...(trigger !== undefined && { trigger }),
    hasBegun: info.typedSearchAttributes.get(BUILD_IDS) !== undefined,
    dueMs: (info.executionTime ?? info.startTime).getTime(),
    startMs: info.startTime.getTime(),
    ...(info.closeTime && { closeMs: info.closeTime.getTime() }),
    ...(isOwn && { traceId, ...(sampled !== undefined && { recorded: sampled }) }),
  };
}

/** Returns the job that a controller or a tick belongs to; `undefined` for other workflows. */
function jobOfInfrastructure({ type, workflowId }: ExecutionInfo): string | undefined {
  if (type === SCHEDULED_JOB) return workflowId;
  if (type !== JOB_TICK) return undefined;
  const end = workflowId.lastIndexOf(CRON_ID);
  return end > 0 ? workflowId.slice(0, end) : workflowId;
}
