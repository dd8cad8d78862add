/**
 * The visibility queries of a watcher. Pure.
 *
 * Each part names `ExecutionStatus` positively, because SQL stores also return running runs for a query by
 * close time.
 */
import { quoted } from '../../core/visibility-query';
import { AlertWorkflow } from '../names';

const TOP_LEVEL = "JobTrigger NOT IN ('child', 'shard')";
/** Matches runs with any status. */
const ANY_STATUS =
  "ExecutionStatus IN ('Running', 'Completed', 'Failed', 'TimedOut', 'Terminated', 'Canceled', 'ContinuedAsNew')";

/** Bounds of one poll; times are milliseconds since 1970. */
export interface PollBounds {
  /** Start of the range of close times. */
  readonly closedSinceMs: number;
  /** Latest due time of runs that wait for their first task. */
  readonly waitingSinceMs: number;
  /** Range of due times of running runs: after the first, up to and including the second. */
  readonly dueMs: readonly [after: number, until: number];
  /** Which completed runs may have been slow; left out if no rule has `overMs`. */
  readonly slow?: SlowBounds | undefined;
}

/** Completed runs that may have been slow. */
export interface SlowBounds {
  /** The smallest `overMs` of all rules. */
  readonly overMs: number;
  /** Names and patterns of the jobs with `overMs`. */
  readonly jobs: readonly string[];
}

/** Most names and patterns in a query; for more, the runs of all jobs are read. */
const MAX_PATTERNS = 100;

/** Returns one query for all runs that a poll needs; their status tells the cases apart. */
export function pollQuery({
  closedSinceMs,
  waitingSinceMs,
  dueMs: [after, until],
  slow,
}: PollBounds): string {
  const closed = `CloseTime > ${time(closedSinceMs)}`;
  const parts = [
    `ExecutionStatus IN ('Failed', 'TimedOut', 'Terminated') AND ${closed} AND (${TOP_LEVEL} OR BuildIds IS NULL)`,
    `ExecutionStatus = 'Running' AND BuildIds IS NULL AND ExecutionTime < ${time(waitingSinceMs)}`,
    `ExecutionStatus = 'Running' AND ${TOP_LEVEL} AND ExecutionTime > ${time(after)} AND ExecutionTime <= ${time(until)}`,
    ...(slow === undefined ? [] : [`${slowPart(slow)} AND ${closed}`]),
  ];
  return parts.map((part) => `(${part})`).join(' OR ');
}

function slowPart({ overMs, jobs }: SlowBounds): string {
  const part = `${successes()} AND ExecutionDuration > '${overMs}ms'`;
  if (jobs.length > MAX_PATTERNS) return part;
  const names = jobs.filter((job) => !job.includes('*'));
  const prefixes = jobs.filter((job) => job.includes('*')).map((job) => job.slice(0, job.indexOf('*')));
  const conditions = [...(names.length > 0 ? [jobIn(names)] : []), ...prefixes.map(startsWith)];
  return `${part} AND (${conditions.join(' OR ')})`;
}

/** Returns the query for completed runs of these jobs. */
export function successesQuery(jobs: readonly string[], closedSinceMs: number): string {
  return `${successes()} AND ${jobIn(jobs)} AND CloseTime > ${time(closedSinceMs)}`;
}

/** Returns the query for completed runs of a job, the latest first. */
export function lastSuccessesQuery(job: string): string {
  return `${successes()} AND ${jobIn([job])}`;
}

/**
 * Returns the query for completed first attempts of a job, the latest first, from which its usual duration is
 * computed.
 */
export function usualQuery(job: string): string {
  return `ExecutionStatus = 'Completed' AND JobTrigger NOT IN ('child', 'shard', 'retry') AND ${jobIn([job])}`;
}

/** Returns the query for these runs, whatever their status. */
export function runsQuery(runIds: readonly string[]): string {
  return `RunId IN (${runIds.map(quoted).join(', ')})`;
}

/** Returns the query for runs of jobs with this prefix, without the known jobs. */
export function jobsQuery(prefix: string, known: readonly string[]): string {
  const excluded = known.filter(isExactlyMatched);
  return [
    ANY_STATUS,
    TOP_LEVEL,
    startsWith(prefix),
    ...(excluded.length > 0 ? [`JobName NOT IN (${excluded.map(quoted).join(', ')})`] : []),
  ].join(' AND ');
}

/** Returns the query for all runs of the job. */
export function jobQuery(job: string): string {
  return `${ANY_STATUS} AND ${TOP_LEVEL} AND ${jobIn([job])}`;
}

/** Returns the query for incidents that have not ended. */
export function incidentsQuery(): string {
  return `ExecutionStatus = 'Running' AND WorkflowType = ${quoted(AlertWorkflow.incident)}`;
}

/**
 * Whether a query can match this exact name. SQLite stores do not match values with quotes or backslashes,
 * however they are escaped: such a job is queried by a prefix, and its rows are filtered by name.
 */
export function isExactlyMatched(job: string): boolean {
  return !/['"\\]/.test(job);
}

/** Returns the condition for these jobs; one that cannot be matched exactly also matches others. */
function jobIn(jobs: readonly string[]): string {
  const exact = jobs.filter(isExactlyMatched);
  const others = jobs.filter((job) => !isExactlyMatched(job)).map(startsWith);
  const parts = [...(exact.length > 0 ? [`JobName IN (${exact.map(quoted).join(', ')})`] : []), ...others];
  return `(${parts.join(' OR ')})`;
}

function startsWith(prefix: string): string {
  const [exact = ''] = prefix.split(/['"\\]/);
  return exact === '' ? 'JobName IS NOT NULL' : `JobName STARTS_WITH ${quoted(exact)}`;
}

function successes(): string {
  return `ExecutionStatus = 'Completed' AND ${TOP_LEVEL}`;
}

function time(ms: number): string {
  return quoted(new Date(ms).toISOString());
}
