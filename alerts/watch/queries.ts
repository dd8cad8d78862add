/**
 * What a watcher asks visibility for. Pure.
 *
 * Each part names `ExecutionStatus` positively: stores in SQL answer a query by close time with running runs as well.
 */
import { quoted } from '../../client/listing';
import { AlertWorkflow } from '../names';

const TOP_LEVEL = "JobTrigger NOT IN ('child', 'shard')";
/** Of whatever ran under this job at any time. */
const ANY_STATUS =
  "ExecutionStatus IN ('Running', 'Completed', 'Failed', 'TimedOut', 'Terminated', 'Canceled', 'ContinuedAsNew')";
const INCIDENTS = [AlertWorkflow.incident].map(quoted).join(', ');

/** What one look asks for. Times are milliseconds since 1970. */
export interface Look {
  /** What closed since then. */
  readonly closedSinceMs: number;
  /** Runs that wait for their first task since then or longer. */
  readonly waitingSinceMs: number;
  /** Running runs that were due after the first time and not after the second. */
  readonly dueMs: readonly [after: number, until: number];
  /** The shortest duration of a successful run that may be too long by a rule; none: no rule has one. */
  readonly overMs?: number;
}

/** One call for everything that each look needs; what a row stands for is told apart by its status. */
export function lookQuery({ closedSinceMs, waitingSinceMs, dueMs: [after, until], overMs }: Look): string {
  const closed = `CloseTime > ${time(closedSinceMs)}`;
  const parts = [
    `ExecutionStatus IN ('Failed', 'TimedOut', 'Terminated') AND ${closed} AND (${TOP_LEVEL} OR BuildIds IS NULL)`,
    `ExecutionStatus = 'Running' AND BuildIds IS NULL AND ExecutionTime < ${time(waitingSinceMs)}`,
    `ExecutionStatus = 'Running' AND ${TOP_LEVEL} AND ExecutionTime > ${time(after)} AND ExecutionTime <= ${time(until)}`,
    ...(overMs === undefined
      ? []
      : [
          `ExecutionStatus = 'Completed' AND ${TOP_LEVEL} AND ${closed} AND ExecutionDuration > '${overMs}ms'`,
        ]),
  ];
  return parts.map((part) => `(${part})`).join(' OR ');
}

/** Successful runs of these jobs. */
export function successesQuery(jobs: readonly string[], closedSinceMs: number): string {
  return `${successes()} AND ${jobIn(jobs)} AND CloseTime > ${time(closedSinceMs)}`;
}

/** Successful runs of a job, the last one first. */
export function lastSuccessesQuery(job: string): string {
  return `${successes()} AND ${jobIn([job])}`;
}

/** Successful first attempts of a job, the last one first: what its usual duration is taken from. */
export function usualQuery(job: string): string {
  return `ExecutionStatus = 'Completed' AND JobTrigger NOT IN ('child', 'shard', 'retry') AND ${jobIn([job])}`;
}

/** These runs, whatever has become of them. */
export function runsQuery(runIds: readonly string[]): string {
  return `RunId IN (${runIds.map(quoted).join(', ')})`;
}

/** Runs of jobs whose names begin so, but for those that are known. */
export function jobsQuery(prefix: string, known: readonly string[]): string {
  return [
    ANY_STATUS,
    TOP_LEVEL,
    startsWith(prefix),
    ...(!known.some(isAskable) ? [] : [`JobName NOT IN (${known.filter(isAskable).map(quoted).join(', ')})`]),
  ].join(' AND ');
}

/** Any run of the job. */
export function jobQuery(job: string): string {
  return `${ANY_STATUS} AND ${TOP_LEVEL} AND ${jobIn([job])}`;
}

/** Incidents that are open or linger. */
export function incidentsQuery(): string {
  return `ExecutionStatus = 'Running' AND WorkflowType IN (${INCIDENTS})`;
}

/**
 * Whether a query finds this very name. SQLite stores do not find values with quotes or backslashes, however they are
 * written: such a job is asked for by how its name begins, and the rows are told apart by their names.
 */
export function isAskable(job: string): boolean {
  return !/['"\\]/.test(job);
}

/** Rows of these jobs; where one is not askable, of others, too. */
function jobIn(jobs: readonly string[]): string {
  const askable = jobs.filter(isAskable);
  const others = jobs.filter((job) => !isAskable(job)).map(startsWith);
  const parts = [
    ...(askable.length > 0 ? [`JobName IN (${askable.map(quoted).join(', ')})`] : []),
    ...others,
  ];
  return `(${parts.join(' OR ')})`;
}

function startsWith(prefix: string): string {
  const [askable = ''] = prefix.split(/['"\\]/);
  return askable === '' ? 'JobName IS NOT NULL' : `JobName STARTS_WITH ${quoted(askable)}`;
}

function successes(): string {
  return `ExecutionStatus = 'Completed' AND ${TOP_LEVEL}`;
}

function time(ms: number): string {
  return quoted(new Date(ms).toISOString());
}
