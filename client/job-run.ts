/**
 * A run as the client shows it.
 */
import type { Client, WorkflowExecutionInfo, WorkflowExecutionStatusName } from '@temporalio/client';
import { JOB_NAME_MEMO, type JobTrigger } from '../interceptors/shared/search-attributes';
import { rootSpanIdOfRun } from '../interceptors/shared/trace-id';
import { fillTraceUrl } from '../interceptors/shared/trace-url';
import { boundAttributes, traceIdOfExecution } from './trace-of-execution';

/** A run and its trace. */
export interface JobRun {
  readonly workflowId: string;
  /** The run's own id; after a reset not the one that the trace id is made of. */
  readonly runId: string;
  readonly workflowType: string;
  readonly status: WorkflowExecutionStatusName;
  /** Name of the job: the workflow type unless the starter gave one. */
  readonly job: string;
  /** What started the run; not known of a run that is not bound. */
  readonly trigger?: JobTrigger;
  /** Whether the trace is recorded; not known of a run that is not bound. */
  readonly sampled?: boolean;
  /** 32 lower-case hex digits. */
  readonly traceId: string;
  readonly startTime: Date;
  readonly closeTime?: Date;
  /** From the first task to the end, as Temporal's `ExecutionDuration`: a back-off before it is not counted. */
  readonly durationMs?: number;
  /** Link to the trace, with the option `traceUrl`; none if it is known that the trace is not recorded. */
  readonly url?: string;
}

/** What is needed of an execution: as listed or described. */
export type ExecutionInfo = Omit<WorkflowExecutionInfo, 'raw'>;

/** The run behind an execution that was listed or described. `traceUrl` is a compiled template. */
export async function toJobRun(client: Client, info: ExecutionInfo, traceUrl?: string): Promise<JobRun> {
  const traceId = await traceIdOfExecution(client, info);
  const bound = boundAttributes(info);
  // Attributes of the run before say nothing of this one, but both are runs of one job.
  const { trigger, sampled } = bound.traceId === traceId ? bound : {};
  const { workflowId, runId, startTime, closeTime } = info;
  const spanId = rootSpanIdOfRun(runId);
  const values = { traceId, spanId, runId, startMs: startTime.getTime(), endMs: closeTime?.getTime() };
  const hasUrl = traceUrl !== undefined && sampled !== false;
  return Object.freeze({
    workflowId,
    runId,
    workflowType: info.type,
    status: info.status.name,
    job: bound.job ?? jobNameOfMemo(info.memo) ?? info.type,
    ...(trigger !== undefined && { trigger }),
    ...(sampled !== undefined && { sampled }),
    traceId,
    startTime,
    ...(closeTime && {
      closeTime,
      durationMs: closeTime.getTime() - (info.executionTime ?? startTime).getTime(),
    }),
    ...(hasUrl && { url: fillTraceUrl(traceUrl, values) }),
  });
}

function jobNameOfMemo(memo: Record<string, unknown> | undefined): string | undefined {
  const name = memo?.[JOB_NAME_MEMO];
  return typeof name === 'string' && name !== '' ? name : undefined;
}
