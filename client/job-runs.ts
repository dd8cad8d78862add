/**
 * The runs of a job, read from visibility.
 */
import type { Client, WorkflowExecutionStatusName } from '@temporalio/client';
import type { JobTrigger } from '../core/search-attributes';
import { toKeyword } from '../core/server-limits';
import type { ExecutionInfo, JobRun } from './job-run';
import { listExecutions, quoted } from './listing';
import { type ScheduleAction, ScheduleReader } from './schedule-action';

/** How a run ended, in the words of `cicd.pipeline.result`. */
export type RunResult = 'success' | 'failure' | 'cancellation' | 'timeout' | 'terminated';

/** A run in a list. */
export interface ListedRun extends JobRun {
  /** How it ended; none while it goes on, and for a run that continued as new. */
  readonly result?: RunResult;
  /** What the Temporal Schedule that started it did, if one did. */
  readonly schedule?: ScheduleAction;
}

/** Which runs are listed. */
export interface JobRunFilter {
  /** @default all but `child` and `shard` */
  readonly trigger?: JobTrigger | readonly JobTrigger[];
  /** Only runs that ended like this. */
  readonly result?: RunResult | readonly RunResult[];
  /** Only runs that are recorded, or only those that are not. */
  readonly sampled?: boolean;
  /** Started at this time or later. */
  readonly from?: Date;
  /** Started before this time. */
  readonly to?: Date;
}

/** `ExecutionStatus` as visibility queries call it. */
const STATUS_OF: Readonly<Record<RunResult, string>> = Object.freeze({
  success: 'Completed',
  failure: 'Failed',
  cancellation: 'Canceled',
  timeout: 'TimedOut',
  terminated: 'Terminated',
});
const RESULT_OF: Readonly<Partial<Record<WorkflowExecutionStatusName, RunResult>>> = Object.freeze({
  COMPLETED: 'success',
  FAILED: 'failure',
  CANCELLED: 'cancellation',
  TIMED_OUT: 'timeout',
  TERMINATED: 'terminated',
});

/**
 * The runs in the server's order, those that go on first, then those that ended last; what the server has is asked for
 * as it is needed.
 */
export async function* listRuns(
  client: Client,
  readRun: (info: ExecutionInfo) => Promise<JobRun>,
  job: string,
  filter: JobRunFilter,
): AsyncGenerator<ListedRun> {
  const schedules = new ScheduleReader(client);
  for await (const info of listExecutions(client, runsQuery(job, filter))) {
    const run = await readRun(info);
    const result = RESULT_OF[run.status];
    const schedule = run.trigger === 'schedule' ? await schedules.actionOf(info) : undefined;
    yield Object.freeze({ ...run, ...(result && { result }), ...(schedule && { schedule }) });
  }
}

/** The visibility query for a job's runs. */
function runsQuery(job: string, { trigger, result, sampled, from, to }: JobRunFilter): string {
  return [
    `JobName = ${quoted(toKeyword(job))}`,
    trigger === undefined ? "JobTrigger NOT IN ('child', 'shard')" : oneOf('JobTrigger', trigger, quoted),
    ...(result === undefined ? [] : [oneOf('ExecutionStatus', result, (one) => `'${STATUS_OF[one]}'`)]),
    ...(sampled === undefined ? [] : [`TraceSampled = ${sampled}`]),
    ...(from === undefined ? [] : [`StartTime >= '${from.toISOString()}'`]),
    ...(to === undefined ? [] : [`StartTime < '${to.toISOString()}'`]),
  ].join(' AND ');
}

function oneOf<T extends string>(
  name: string,
  values: T | readonly T[],
  write: (value: T) => string,
): string {
  const list: readonly T[] = typeof values === 'string' ? [values] : values;
  return `${name} IN (${list.map(write).join(', ')})`;
}
