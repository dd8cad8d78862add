/**
 * The runs of a job, read from visibility.
 */
import type { JobTrigger } from '../core/search-attributes';
import { toKeyword } from '../core/server-limits';
import { type JobRun, type RunReader, toJobRun } from './job-run';
import { listExecutions, quoted, withinTimeout } from './listing';
import { queriedStatus, type ResultFilter } from './run-result';
import { type ScheduleAction, ScheduleReader } from './schedule-action';

/** A run in a list. */
export interface ListedRun extends JobRun {
  /** What the Temporal Schedule that started it did, if one did. */
  readonly schedule?: ScheduleAction;
}

/** Which runs are listed. */
export interface JobRunFilter {
  /** @default all but `child` and `shard` */
  readonly trigger?: JobTrigger | readonly JobTrigger[];
  /** Only runs that ended like this, or in one of these ways, or that go on. @default all */
  readonly result?: ResultFilter | readonly ResultFilter[];
  /** Only runs that are recorded, or only those that are not. */
  readonly sampled?: boolean;
  /** Started at this time or later. */
  readonly from?: Date;
  /** Started before this time. */
  readonly to?: Date;
}

/**
 * The runs in the server's order, those that go on first, then those that ended last; what the server has is asked for
 * as it is needed.
 */
export async function* listRuns(
  reader: RunReader,
  job: string,
  filter: JobRunFilter,
): AsyncGenerator<ListedRun> {
  const { client } = reader;
  const schedules = new ScheduleReader(client);
  for await (const info of listExecutions(client, runsQuery(job, filter))) {
    const run = await withinTimeout(client, () => toJobRun(reader, info));
    const schedule = run.trigger === 'schedule' ? await schedules.actionOf(info) : undefined;
    yield Object.freeze({ ...run, ...(schedule && { schedule }) });
  }
}

/** The visibility query for a job's runs. */
function runsQuery(job: string, { trigger, result, sampled, from, to }: JobRunFilter): string {
  return [
    `JobName = ${quoted(toKeyword(job))}`,
    trigger === undefined ? "JobTrigger NOT IN ('child', 'shard')" : oneOf('JobTrigger', trigger, quoted),
    ...(result === undefined ? [] : [oneOf('ExecutionStatus', result, queriedStatus)]),
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
