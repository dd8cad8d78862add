/**
 * The runs of a job, read from visibility.
 */
import type { JobTrigger } from '../core/search-attributes';
import { toKeyword } from '../core/server-limits';
import { defined } from '../core/util/defined';
import { quoted } from '../core/visibility-query';
import { BOOLEAN, checkFilter, DATE, type Expectation, listOf, RESULTS, TRIGGERS } from './filters';
import { type ExecutionInfo, type JobRun, type RunReader, toJobRun } from './job-run';
import { listExecutions, withinTimeout } from './listing';
import { queriedStatus, type ResultFilter } from './result-filter';
import { type ScheduleAction, ScheduleReader } from './schedule-action';

/** A run as {@link JobClient.runs} lists it. */
export interface ListedRun extends JobRun {
  /** The action of the Temporal Schedule that started the run; left out if none did. */
  readonly schedule?: ScheduleAction;
}

/** Filter and order for {@link JobClient.runs}. */
export interface JobRunFilter {
  /** Only runs with this trigger, or one of these. @default all but `child` and `shard` */
  readonly trigger?: JobTrigger | readonly JobTrigger[] | undefined;
  /** Only runs with this result, or one of these; `'running'` for open runs. @default all */
  readonly result?: ResultFilter | readonly ResultFilter[] | undefined;
  /** `true`: only sampled runs; `false`: only runs that are not sampled. @default both */
  readonly sampled?: boolean | undefined;
  /** Only closed runs that took at least this long, in milliseconds. @default all */
  readonly minDurationMs?: number | undefined;
  /** Only runs that started at this time or later. @default all */
  readonly from?: Date | undefined;
  /** Only runs that started before this time. @default all */
  readonly to?: Date | undefined;
  /**
   * `'latest'`: running ones first, then the others, most recently closed first. `'slowest'`: only closed
   * runs, the longest first, at most 1,000. Visibility cannot sort by duration, so all matching runs are read
   * first; narrow large jobs with `from` or `minDurationMs`.
   *
   * @default 'latest'
   */
  readonly order?: 'latest' | 'slowest' | undefined;
}

const EXPECTED: Readonly<Record<keyof JobRunFilter, Expectation>> = {
  trigger: TRIGGERS,
  result: RESULTS,
  sampled: BOOLEAN,
  minDurationMs: {
    expected: 'milliseconds from 0',
    fits: (value) => typeof value === 'number' && Number.isFinite(value) && value >= 0,
  },
  from: DATE,
  to: DATE,
  order: {
    expected: "'latest' or 'slowest'",
    fits: (value) => value === 'latest' || value === 'slowest',
  },
};

/** Triggers of top-level runs, listed for `IN`: `NOT IN` would not use the index. */
const TOP_LEVEL: readonly JobTrigger[] = ['cron', 'schedule', 'manual', 'api', 'retry'];
const MAX_SLOWEST = 1_000;
const NANOSECONDS_PER_MS = 1_000_000n;

/**
 * Lists a job's runs in the server's order, or the slowest first; pages are fetched as they are needed.
 *
 * @throws {OptionError} at once if the filter is wrong
 */
export function listRuns(reader: RunReader, job: string, filter: JobRunFilter): AsyncGenerator<ListedRun> {
  checkFilter('JobClient.runs', filter, EXPECTED);
  return readRuns(reader, job, filter);
}

async function* readRuns(reader: RunReader, job: string, filter: JobRunFilter): AsyncGenerator<ListedRun> {
  const { client } = reader;
  const schedules = new ScheduleReader(client);
  const found = listExecutions(client, runsQuery(job, filter));
  const sorted = filter.order === 'slowest' ? await slowestOf(found) : found;
  for await (const info of sorted) {
    const run = await withinTimeout(client, () => toJobRun(reader, info));
    const schedule = run.trigger === 'schedule' ? await schedules.actionOf(info) : undefined;
    yield Object.freeze({ ...run, ...defined({ schedule }) });
  }
}

/** Returns the slowest runs, the longest first; holds at most twice as many in memory. */
async function slowestOf<T extends ExecutionInfo>(found: AsyncIterable<T>): Promise<T[]> {
  let slowest: T[] = [];
  const cut = () => slowest.sort((a, b) => durationOf(b) - durationOf(a)).slice(0, MAX_SLOWEST);
  for await (const info of found) {
    slowest.push(info);
    if (slowest.length >= 2 * MAX_SLOWEST) slowest = cut();
  }
  return cut();
}

function durationOf({ closeTime, executionTime, startTime }: ExecutionInfo): number {
  return (closeTime?.getTime() ?? 0) - (executionTime ?? startTime).getTime();
}

/** Returns the visibility query for a job's runs. */
function runsQuery(job: string, filter: JobRunFilter): string {
  const { trigger = TOP_LEVEL, result, sampled, minDurationMs, from, to, order } = filter;
  return [
    `JobName = ${quoted(toKeyword(job))}`,
    `JobTrigger IN (${listOf(trigger).map(quoted).join(', ')})`,
    ...(result === undefined ? [] : [`ExecutionStatus IN (${listOf(result).map(queriedStatus).join(', ')})`]),
    ...(sampled === undefined ? [] : [`TraceSampled = ${sampled}`]),
    ...(minDurationMs === undefined ? [] : [`ExecutionDuration >= ${nanoseconds(minDurationMs)}`]),
    ...(from === undefined ? [] : [`StartTime >= '${from.toISOString()}'`]),
    ...(to === undefined ? [] : [`StartTime < '${to.toISOString()}'`]),
    ...(order === 'slowest' ? ['CloseTime IS NOT NULL'] : []),
  ].join(' AND ');
}

function nanoseconds(ms: number): string {
  return String(BigInt(Math.ceil(ms)) * NANOSECONDS_PER_MS);
}
