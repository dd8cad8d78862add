/**
 * A run as the client shows it.
 */
import type { Client, WorkflowExecutionInfo, WorkflowExecutionStatusName } from '@temporalio/client';
import { JOB_NAME_MEMO, type JobTrigger } from '../core/search-attributes';
import { toKeyword } from '../core/server-limits';
import { rootSpanIdOfRun, traceIdOfRun } from '../core/trace-id';
import { fillTraceUrl } from '../core/trace-url';
import { defined } from '../core/util/defined';
import type { SamplingExplanation } from '../sampling/explain';
import { type RunResult, resultOf } from './run-result';
import { hasMarker, isByPolicy, type RunSampling, runSampling, UNDECIDED } from './run-sampling';
import { boundAttributes, traceIdOfExecution } from './trace-of-execution';

/** A run and its trace. */
export interface JobRun {
  readonly workflowId: string;
  /** The run's own id; after a reset not the one that the trace id is made of. */
  readonly runId: string;
  readonly workflowType: string;
  /** The state in Temporal's own words. */
  readonly status: WorkflowExecutionStatusName;
  /** How the run ended; none while it goes on, and for a run that continued as new. */
  readonly result?: RunResult;
  /** Name of the job: the workflow type unless the starter gave one. */
  readonly job: string;
  /** What started the run; not known of a run that is not bound. */
  readonly trigger?: JobTrigger;
  /** Whether the trace is recorded; not known of a run that is not bound, unless it ended undecided. */
  readonly sampled?: boolean;
  /** The decision and why; not known of an ordinary child, and of a run that is not bound and has not ended. */
  readonly sampling?: RunSampling;
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

export interface RunReader {
  readonly client: Client;
  /** Compiled template. */
  readonly traceUrl: string | undefined;
  /** The rule of a job; `undefined`: the policy is not known. Never rejects. */
  readonly explain: (job: string) => Promise<SamplingExplanation | undefined>;
}

/** The run behind an execution that was listed or described. */
export async function toJobRun(reader: RunReader, info: ExecutionInfo): Promise<JobRun> {
  const traceId = await traceIdOfExecution(reader.client, info);
  const bound = boundAttributes(info);
  const { workflowId, runId, startTime, closeTime } = info;
  const job = toKeyword(bound.job ?? jobNameOfMemo(info.memo) ?? info.type);
  // Attributes of the run before say nothing of this one, but both are runs of one job.
  const isBound = bound.traceId === traceId;
  const trigger = isBound ? bound.trigger : undefined;
  const sampling = await samplingOf(reader, {
    ...info,
    traceId,
    job,
    isBound,
    markers: bound.markers,
    isRecorded: bound.sampled,
  });
  const sampled = isBound ? bound.sampled : sampling?.sampled;
  const result = resultOf(info.status.name);
  const spanId = rootSpanIdOfRun(runId);
  const values = { traceId, spanId, runId, startMs: startTime.getTime(), endMs: closeTime?.getTime() };
  const hasUrl = reader.traceUrl !== undefined && sampled !== false;
  return Object.freeze({
    workflowId,
    runId,
    workflowType: info.type,
    status: info.status.name,
    job,
    ...defined({ result, trigger, sampled, sampling }),
    traceId,
    startTime,
    ...(closeTime && {
      closeTime,
      durationMs: closeTime.getTime() - (info.executionTime ?? startTime).getTime(),
    }),
    ...(hasUrl && { url: fillTraceUrl(reader.traceUrl, values) }),
  });
}

interface FoundRun extends Pick<ExecutionInfo, 'runId' | 'startTime' | 'closeTime'> {
  readonly traceId: string;
  readonly job: string;
  readonly isBound: boolean;
  readonly markers: readonly string[];
  readonly isRecorded?: boolean | undefined;
}

async function samplingOf(reader: RunReader, run: FoundRun): Promise<RunSampling | undefined> {
  if (run.isBound)
    return runSampling(run, isByPolicy(run.markers) ? await reader.explain(run.job) : undefined);
  // With a marker it may still be bound; without its own id, it is an ordinary child, or in its caller's trace.
  const isUndecided = run.closeTime !== undefined && !hasMarker(run.markers);
  return isUndecided && run.traceId === traceIdOfRun(run.runId) ? UNDECIDED : undefined;
}

function jobNameOfMemo(memo: Record<string, unknown> | undefined): string | undefined {
  const name = memo?.[JOB_NAME_MEMO];
  return typeof name === 'string' && name !== '' ? name : undefined;
}
