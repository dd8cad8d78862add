/**
 * A run as visibility lists it, reduced to what a watcher needs. Pure.
 */
import type { WorkflowExecutionInfo, WorkflowExecutionStatusName } from '@temporalio/client';
import { defineSearchAttributeKey } from '@temporalio/common';
import { boundAttributes } from '../../client/trace-of-execution';
import { JOB_TICK } from '../../core/jobs/names';
import { JOB_NAME_MEMO, type JobTrigger } from '../../core/search-attributes';
import { traceIdOfRun } from '../../core/trace-id';

/** A listed run. */
export interface RunRow {
  readonly workflowId: string;
  readonly runId: string;
  readonly workflowType: string;
  readonly taskQueue: string;
  readonly status: WorkflowExecutionStatusName;
  readonly job: string;
  readonly trigger?: JobTrigger;
  /** Whether its first workflow task has been completed. */
  readonly hasBegun: boolean;
  /** When it was to begin. */
  readonly dueMs: number;
  readonly startMs: number;
  readonly closeMs?: number;
  /** The trace, where the attributes are this very run's. */
  readonly traceId?: string;
  /** Whether the trace is recorded. */
  readonly recorded?: boolean;
}

const BUILD_IDS = defineSearchAttributeKey('BuildIds', 'KEYWORD_LIST');
/** Between a controller's id and its ticks'. */
const CRON_ID = '/cron-';

/** `undefined` for a child or a shard: they never alert by themselves. */
export function toRow(info: WorkflowExecutionInfo): RunRow | undefined {
  const { traceId, job, trigger, sampled } = boundAttributes(info);
  const memoJob = info.memo?.[JOB_NAME_MEMO];
  const named = job ?? (typeof memoJob === 'string' && memoJob !== '' ? memoJob : undefined);
  const isOrdinaryChild = info.parentExecution !== undefined && trigger === undefined && named === undefined;
  const isTick = info.type === JOB_TICK;
  if (trigger === 'child' || trigger === 'shard' || (isOrdinaryChild && !isTick)) return undefined;
  const isOwn = traceId !== undefined && traceId === traceIdOfRun(info.runId);
  return {
    workflowId: info.workflowId,
    runId: info.runId,
    workflowType: info.type,
    taskQueue: info.taskQueue,
    status: info.status.name,
    job: named ?? (isTick ? jobOfTick(info.workflowId) : info.type),
    ...(trigger !== undefined && { trigger }),
    hasBegun: info.typedSearchAttributes.get(BUILD_IDS) !== undefined,
    dueMs: (info.executionTime ?? info.startTime).getTime(),
    startMs: info.startTime.getTime(),
    ...(info.closeTime && { closeMs: info.closeTime.getTime() }),
    ...(isOwn && { traceId, ...(sampled !== undefined && { recorded: sampled }) }),
  };
}

function jobOfTick(workflowId: string): string {
  const end = workflowId.lastIndexOf(CRON_ID);
  return end > 0 ? workflowId.slice(0, end) : workflowId;
}
