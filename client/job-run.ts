/**
 * Runs as the client returns them.
 */
import type { Client, WorkflowExecutionInfo, WorkflowExecutionStatusName } from '@temporalio/client';
import { type RunResult, resultOfStatus } from '../core/run-result';
import { JOB_NAME_MEMO, type JobTrigger } from '../core/search-attributes';
import { toKeyword } from '../core/server-limits';
import { rootSpanIdOfRun, traceIdOfRun } from '../core/trace-id';
import { fillTraceUrl } from '../core/trace-url';
import { defined } from '../core/util/defined';
import type { SamplingExplanation } from '../sampling/explain';
import { hasMarker, isByPolicy, type RunSampling, runSampling, UNDECIDED } from './run-sampling';
import { boundAttributes, traceIdOfExecution } from './trace-of-execution';

/** A run and its trace. */
export interface JobRun {
  readonly workflowId: string;
  /** Run id. The trace id is derived from it, except for a run created by a reset. */
  readonly runId: string;
  readonly workflowType: string;
  /** Status in Temporal's own words, such as `COMPLETED`. */
  readonly status: WorkflowExecutionStatusName;
  /** How the run ended; left out while it is running, and if it continued as new. */
  readonly result?: RunResult;
  /** Name of the job: the workflow type, unless the start gave a name. */
  readonly job: string;
  /** What started the run; left out if the run is not bound. */
  readonly trigger?: JobTrigger;
  /** Whether the run is sampled; left out if the run is not bound, unless it closed without a decision. */
  readonly sampled?: boolean;
  /**
   * The sampling decision and its reason; left out for ordinary children, and while a run that is not bound
   * is open.
   */
  readonly sampling?: RunSampling;
  /** Trace ID, 32 lower-case hex digits. */
  readonly traceId: string;
  readonly startTime: Date;
  readonly closeTime?: Date;
  /**
   * Milliseconds from the first task to the end, as Temporal's `ExecutionDuration`: without a preceding
   * back-off.
   */
  readonly durationMs?: number;
  /** Link to the trace; left out without the option `traceUrl`, and if the run is known not to be sampled. */
  readonly url?: string;
}

/** The part of a listed or described execution that a {@link JobRun} is made from. */
export type ExecutionInfo = Omit<WorkflowExecutionInfo, 'raw'>;

export interface RunReader {
  readonly client: Client;
  /** Compiled template of a trace's address; `undefined` without the option `traceUrl`. */
  readonly traceUrl: string | undefined;
  /** Returns the sampling rule of a job; `undefined` if the policy is not known. Never rejects. */
  readonly explain: (job: string) => Promise<SamplingExplanation | undefined>;
}

/** Returns the run for a listed or described execution. */
export async function toJobRun(reader: RunReader, info: ExecutionInfo): Promise<JobRun> {
  const traceId = await traceIdOfExecution(reader.client, info);
  const bound = boundAttributes(info);
  const { workflowId, runId, startTime, closeTime } = info;
  const job = toKeyword(bound.job ?? jobNameOfMemo(info.memo) ?? info.type);
  // Attributes left over from the run before do not describe this one, but both are runs of one job.
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
  const result = resultOfStatus(info.status.name);
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
  // A run with a marker may still become bound; one whose trace id is not its own is an ordinary child or in
  // its caller's trace.
  const isUndecided = run.closeTime !== undefined && !hasMarker(run.markers);
  return isUndecided && run.traceId === traceIdOfRun(run.runId) ? UNDECIDED : undefined;
}

function jobNameOfMemo(memo: Record<string, unknown> | undefined): string | undefined {
  const name = memo?.[JOB_NAME_MEMO];
  return typeof name === 'string' && name !== '' ? name : undefined;
}
