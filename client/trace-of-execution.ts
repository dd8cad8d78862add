/**
 * Which trace an execution belongs to.
 *
 * A top-level run's trace is its own id, a child's is in its attributes or, if it is not bound, in its header.
 * Attributes alone are no proof: a continued run, a cron tick and a retry carry those of the run before until
 * their own are set, and a reset run has a run id of its own.
 */
import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { defineSearchAttributeKey } from '@temporalio/common';
import { initiatorOf, type RunBeginning, runKindOf } from '../core/run-kind';
import { isTrigger, type JobTrigger, SEARCH_ATTRIBUTES } from '../core/search-attributes';
import { readHeader } from '../core/trace-header';
import { isTraceId, traceIdOfRun } from '../core/trace-id';
import { GrpcStatus, grpcStatusOf } from './grpc-status';

/** The part of an execution's description that says what trace it is in. */
export type Execution = Pick<WorkflowExecutionInfo, 'workflowId' | 'runId' | 'typedSearchAttributes'>;

/** Our attributes on an execution; those that are missing or not ours are left out. */
export interface BoundAttributes {
  readonly traceId: string | undefined;
  readonly job: string | undefined;
  readonly trigger: JobTrigger | undefined;
  readonly sampled: boolean | undefined;
  /** Ids of patch markers; a continuation has those of the run before until its own are set. */
  readonly markers: readonly string[];
}

const TRACE_ID = defineSearchAttributeKey('TraceId', SEARCH_ATTRIBUTES.TraceId);
const JOB_NAME = defineSearchAttributeKey('JobName', SEARCH_ATTRIBUTES.JobName);
const JOB_TRIGGER = defineSearchAttributeKey('JobTrigger', SEARCH_ATTRIBUTES.JobTrigger);
const CHANGE_VERSION = defineSearchAttributeKey('TemporalChangeVersion', 'KEYWORD_LIST');
const TRACE_SAMPLED = defineSearchAttributeKey('TraceSampled', SEARCH_ATTRIBUTES.TraceSampled);

/** Reads the attributes. Never throws. */
export function boundAttributes({ typedSearchAttributes }: Execution): BoundAttributes {
  const traceId = typedSearchAttributes.get(TRACE_ID);
  const trigger = typedSearchAttributes.get(JOB_TRIGGER);
  return {
    traceId: traceId !== undefined && isTraceId(traceId) ? traceId : undefined,
    job: typedSearchAttributes.get(JOB_NAME),
    trigger: isTrigger(trigger) ? trigger : undefined,
    sampled: typedSearchAttributes.get(TRACE_SAMPLED),
    markers: typedSearchAttributes.get(CHANGE_VERSION) ?? [],
  };
}

/** The trace id of an execution, bound or not. Asks the server for the first event unless it is a bound child. */
export async function traceIdOfExecution(client: Client, execution: Execution): Promise<string> {
  const { traceId, trigger } = boundAttributes(execution);
  if (traceId !== undefined && (trigger === 'child' || trigger === 'shard')) return traceId;
  const started = await readStartedEvent(client, execution);
  const ownTraceId = traceIdOfRun(started?.originalExecutionRunId || execution.runId);
  if (!started) return ownTraceId;
  const { header = {} } = readHeader(started.header?.fields);
  return runKindOf(beginningOf(started, execution.runId), header).traceId ?? ownTraceId;
}

type StartedEvent = NonNullable<Awaited<ReturnType<typeof readStartedEvent>>>;

function beginningOf(started: StartedEvent, runId: string): RunBeginning {
  const previousRunId = started.continuedExecutionRunId || undefined;
  return {
    originalRunId: started.originalExecutionRunId || runId,
    firstRunId: started.firstExecutionRunId || runId,
    previousRunId,
    initiator: initiatorOf(previousRunId, started.initiator),
    hasCron: Boolean(started.cronSchedule),
    isScheduled: started.searchAttributes?.indexedFields?.TemporalScheduledById != null,
    hasParent: Boolean(started.parentWorkflowExecution),
  };
}

/** The run id that the run began with: another than its own after a reset. */
export async function originalRunId(
  client: Client,
  execution: Pick<Execution, 'workflowId' | 'runId'>,
): Promise<string> {
  const started = await readStartedEvent(client, execution);
  return started?.originalExecutionRunId || execution.runId;
}

/** The execution's first event; `undefined` when its history is gone. */
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
