/**
 * Determines the trace of an execution.
 *
 * A top-level run's trace id is its own run id; a child's is in its attributes or, if it is not bound, in its
 * header. Attributes alone are not proof: a continued run, a cron tick and a retry carry those of the run
 * before until their own are set, a reset run has a new run id, and anybody can start a run with the
 * attributes of another.
 */
import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { defineSearchAttributeKey } from '@temporalio/common';
import { initiatorOf, type RunBeginning, runKindOf } from '../core/run-kind';
import { scheduleStartOf } from '../core/schedule-start';
import { isTrigger, type JobTrigger, SEARCH_ATTRIBUTES } from '../core/search-attributes';
import { isShardOf } from '../core/shard-prefix';
import { readHeader } from '../core/trace-header';
import { isTraceId, traceIdOfRun } from '../core/trace-id';
import { GrpcStatus, grpcStatusOf } from './grpc-status';

/** The part of an execution's description from which its trace is determined. */
export type Execution = Pick<
  WorkflowExecutionInfo,
  'workflowId' | 'runId' | 'typedSearchAttributes' | 'parentExecution' | 'rootExecution'
>;

/** Our search attributes on an execution; invalid values are left out. */
export interface BoundAttributes {
  readonly traceId: string | undefined;
  readonly job: string | undefined;
  /** Run id of the job's run: the run itself, or for a child or a shard the run that it belongs to. */
  readonly jobRunId: string | undefined;
  readonly trigger: JobTrigger | undefined;
  readonly sampled: boolean | undefined;
  /** Ids of the patch markers; a continuation has those of the run before until its own are set. */
  readonly markers: readonly string[];
}

const TRACE_ID = defineSearchAttributeKey('TraceId', SEARCH_ATTRIBUTES.TraceId);
const JOB_NAME = defineSearchAttributeKey('JobName', SEARCH_ATTRIBUTES.JobName);
const JOB_RUN_ID = defineSearchAttributeKey('JobRunId', SEARCH_ATTRIBUTES.JobRunId);
const JOB_TRIGGER = defineSearchAttributeKey('JobTrigger', SEARCH_ATTRIBUTES.JobTrigger);
const CHANGE_VERSION = defineSearchAttributeKey('TemporalChangeVersion', 'KEYWORD_LIST');
const TRACE_SAMPLED = defineSearchAttributeKey('TraceSampled', SEARCH_ATTRIBUTES.TraceSampled);

/** Returns our search attributes on an execution. Never throws. */
export function boundAttributes({ typedSearchAttributes }: Execution): BoundAttributes {
  const traceId = typedSearchAttributes.get(TRACE_ID);
  const trigger = typedSearchAttributes.get(JOB_TRIGGER);
  return {
    traceId: traceId !== undefined && isTraceId(traceId) ? traceId : undefined,
    job: typedSearchAttributes.get(JOB_NAME),
    jobRunId: typedSearchAttributes.get(JOB_RUN_ID),
    trigger: isTrigger(trigger) ? trigger : undefined,
    sampled: typedSearchAttributes.get(TRACE_SAMPLED),
    markers: typedSearchAttributes.get(CHANGE_VERSION) ?? [],
  };
}

/**
 * Returns the trace id of an execution, bound or not. Reads its first event unless it is clearly a bound
 * child.
 */
export async function traceIdOfExecution(client: Client, execution: Execution): Promise<string> {
  const { traceId } = boundAttributes(execution);
  if (traceId !== undefined && isBoundByItsParent(execution)) return traceId;
  const started = await readStartedEvent(client, execution);
  const ownTraceId = traceIdOfRun(started?.originalExecutionRunId || execution.runId);
  if (!started) return ownTraceId;
  const { header = {} } = readHeader(started.header?.fields);
  return runKindOf(beginningOf(started, execution), header).traceId ?? ownTraceId;
}

/**
 * Whether the attributes match the run's parent as the server reports it, so that the parent set them at the
 * start.
 */
function isBoundByItsParent(execution: Execution): boolean {
  const { workflowId, parentExecution, rootExecution, typedSearchAttributes } = execution;
  const jobRunId = typedSearchAttributes.get(JOB_RUN_ID);
  if (!parentExecution || !jobRunId) return false;
  const { trigger } = boundAttributes(execution);
  if (trigger === 'shard') return isShardOf(workflowId, jobRunId);
  return trigger === 'child' && [parentExecution.runId, rootExecution?.runId].includes(jobRunId);
}

type StartedEvent = NonNullable<Awaited<ReturnType<typeof readStartedEvent>>>;

function beginningOf(
  started: StartedEvent,
  { workflowId, runId, typedSearchAttributes }: Execution,
): RunBeginning {
  const previousRunId = started.continuedExecutionRunId || undefined;
  return {
    originalRunId: started.originalExecutionRunId || runId,
    firstRunId: started.firstExecutionRunId || runId,
    previousRunId,
    initiator: initiatorOf(previousRunId, started.initiator),
    hasCron: Boolean(started.cronSchedule),
    isScheduled: scheduleStartOf(workflowId, typedSearchAttributes.getAll()) !== undefined,
    hasParent: Boolean(started.parentWorkflowExecution),
  };
}

/** Returns the run id that the run began with; after a reset it differs from the current one. */
export async function originalRunId(
  client: Client,
  execution: Pick<Execution, 'workflowId' | 'runId'>,
): Promise<string> {
  const started = await readStartedEvent(client, execution);
  return started?.originalExecutionRunId || execution.runId;
}

/** Returns the execution's first event; `undefined` if its history is gone. */
export async function readStartedEvent(
  client: Client,
  { workflowId, runId }: Pick<Execution, 'workflowId' | 'runId'>,
) {
  try {
    const { history } = await client.workflowService.getWorkflowExecutionHistory({
      namespace: client.options.namespace,
      execution: { workflowId, runId },
      maximumPageSize: 1,
    });
    return history?.events?.[0]?.workflowExecutionStartedEventAttributes ?? undefined;
  } catch (error) {
    if (grpcStatusOf(error) === GrpcStatus.NOT_FOUND) return;
    throw error;
  }
}
