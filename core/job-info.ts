/**
 * The result of `jobInfo()`. Pure.
 */
import type { JobMetadata, ShardInfo } from './job-metadata';
import type { JobTrigger } from './search-attributes';
import { defined } from './util/defined';

/** The job that the calling workflow or activity belongs to. */
export interface JobInfo {
  readonly jobName: string;
  /** Run id of the job's run, a UUID; in children, shards and activities, that of the run they belong to. */
  readonly runId: string;
  /** What started the job's run. */
  readonly trigger: JobTrigger;
  /** Attempt of the workflow run under its retry policy, from 1. */
  readonly attempt: number;
  /** Time at which the run was due: the nominal time of the tick or of the Temporal Schedule's action. */
  readonly scheduledTime?: Date;
  /** Time of the data that the run processes: {@link scheduledTime} plus the job's `dataTimeOffset`. */
  readonly dataTime?: Date;
  /** Reason that a person gave for a manual run. */
  readonly reason?: string;
  /** Identity of the client that started a manual run. */
  readonly startedBy?: string;
  /** Lane of a gray (canary) release that the run's traffic takes. */
  readonly lane?: string;
  /** Whether the run's traffic is a load test. */
  readonly loadTest: boolean;
  /** The shard of a MapReduce run; left out everywhere else. */
  readonly shard?: ShardInfo;
  /** Trace ID, 32 lower-case hex digits; left out in an untraced run. */
  readonly traceId?: string;
  /** Whether the trace is sampled. */
  readonly sampled: boolean;
}

/** The members of a {@link JobInfo} that depend only on the run's origin. */
export interface JobOrigin {
  readonly jobName: string;
  readonly jobRunId: string;
  readonly trigger: JobTrigger;
  readonly metadata: JobMetadata;
  readonly shard?: ShardInfo;
}

/**
 * Returns the frozen result of `jobInfo()`.
 *
 * @param trace span context of the run; `undefined` in an untraced run
 */
export function toJobInfo(
  { jobName, jobRunId, trigger, metadata, shard }: JobOrigin,
  attempt: number,
  trace: { readonly traceId: string; readonly sampled: boolean } | undefined,
): JobInfo {
  const { scheduledMs, dataOffsetMs = 0, loadtest: loadTest = false, ...texts } = metadata;
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
    loadTest,
    ...defined({ shard, traceId: trace?.traceId }),
    sampled: trace?.sampled ?? false,
  });
}
