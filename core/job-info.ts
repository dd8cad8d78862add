/**
 * What a run knows of its job, as user code reads it. Pure.
 */
import type { JobFacts, ShardFacts } from './job-facts';
import type { JobTrigger } from './search-attributes';

/** The job that the present code works for. */
export interface JobInfo {
  readonly jobName: string;
  /** Run id of the job's run: in children, shards and activities that of the run they belong to. */
  readonly runId: string;
  /** What started the job's run. */
  readonly trigger: JobTrigger;
  /** Attempt of the workflow run by its retry policy, from 1. */
  readonly attempt: number;
  /** When the run was due: the tick's nominal time, or that of the schedule's action. */
  readonly scheduledTime?: Date;
  /** The time of the data that the run is about: {@link scheduledTime} and the job's offset. */
  readonly dataTime?: Date;
  /** Why a person started the run. */
  readonly reason?: string;
  /** Identity of the client that started the run by hand. */
  readonly startedBy?: string;
  /** Gray release: the lane that the run's traffic takes. */
  readonly lane?: string;
  /** Whether the run's traffic is a load test. */
  readonly loadtest: boolean;
  /** In a shard of a MapReduce run: which one. */
  readonly shard?: ShardFacts;
  /** 32 lower-case hex digits; none in a run that the plugin takes no part in. */
  readonly traceId?: string;
  /** Whether the trace is recorded. */
  readonly sampled: boolean;
}

/** The parts of a {@link JobInfo}. */
export interface JobOrigin {
  readonly jobName: string;
  readonly jobRunId: string;
  readonly trigger: JobTrigger;
  readonly facts: JobFacts;
  readonly shard?: ShardFacts;
}

/** @param trace of the run, as far as it has one */
export function toJobInfo(
  { jobName, jobRunId, trigger, facts, shard }: JobOrigin,
  attempt: number,
  trace: { readonly traceId: string; readonly sampled: boolean } | undefined,
): JobInfo {
  const { scheduledMs, dataOffsetMs = 0, loadtest = false, ...texts } = facts;
  return Object.freeze({
    jobName,
    runId: jobRunId,
    trigger,
    attempt,
    ...(scheduledMs !== undefined && {
      scheduledTime: new Date(scheduledMs),
      dataTime: new Date(scheduledMs + dataOffsetMs),
    }),
    ...texts,
    loadtest,
    ...(shard && { shard }),
    ...(trace && { traceId: trace.traceId }),
    sampled: trace?.sampled ?? false,
  });
}
