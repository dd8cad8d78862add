/**
 * The shards of a MapReduce run, running or closed, for as long as Temporal retains them.
 *
 * Read from visibility and each shard's memo; needs no plugin on the client. A shard that was retried,
 * continued, reset or rerun has several runs under one workflow id: its state is that of the last one.
 */
import type { ErrorSummary } from '../core/item-failure';
import { parseShardInfo, type ShardInfo } from '../core/job-metadata';
import { SHARD_MEMO } from '../core/search-attributes';
import { shardPrefix } from '../core/shard-prefix';
import { traceIdOfRun } from '../core/trace-id';
import { defined } from '../core/util/defined';
import { quoted } from '../core/visibility-query';
import { checkFilter, type Expectation, RESULTS, STRING } from './filters';
import { GrpcStatus, grpcStatusOf } from './grpc-status';
import { type ExecutionInfo, type JobRun, type RunReader, toJobRun } from './job-run';
import { describeExecution, listExecutions, withinTimeout } from './listing';
import { matchesResult, type ResultFilter } from './result-filter';
import { errorOf } from './shard-error';
import { boundAttributes, originalRunId } from './trace-of-execution';

/** Filter for {@link JobShards.list}. */
export interface ShardFilter {
  /** Only shards whose last run has this result, or one of these; `'running'` for open ones. @default all */
  readonly result?: ResultFilter | readonly ResultFilter[] | undefined;
  /** Only shards whose label contains this string. @default all */
  readonly label?: string | undefined;
}

const EXPECTED: Readonly<Record<keyof ShardFilter, Expectation>> = { result: RESULTS, label: STRING };

/**
 * Checks a filter of shards.
 *
 * @throws {OptionError} that names the wrong member
 */
export function checkShardFilter(filter: ShardFilter): void {
  checkFilter('JobClient.shards.list', filter, EXPECTED);
}

/** A shard of a MapReduce run; the members of {@link JobRun} describe its last run. */
export interface Shard extends JobRun {
  /** Index of the shard, from 0. */
  readonly index: number;
  /** Number of shards of the run; left out with `pages`, where it is not known. */
  readonly count?: number;
  /** Label with the range of the shard's business keys. */
  readonly label: string;
  /** Number of the shard's runs so far: the first one, retries, resets and reruns, but no continuations. */
  readonly attempts: number;
  /** Why the last run did not succeed: the innermost error, and the item's key if `forEachItem` named one. */
  readonly error?: ErrorSummary;
}

/**
 * Yields the shards of the run, each once: those that have not completed first, then the completed ones.
 *
 * @param run the run that called `mapReduce`
 */
export async function* listShards(
  reader: RunReader,
  run: ExecutionInfo,
  { result, label = '' }: ShardFilter,
): AsyncGenerator<Shard> {
  const query = await shardsQuery(reader, run);
  const groups = await uncompleted(reader, query, label);
  const listed = new Set<string>();

  for (const { runs, place } of groups.values()) {
    const last = await lastRun(reader, runs);
    if (last.status.name === 'COMPLETED') continue;
    listed.add(last.workflowId);
    const shard = matchesResult(last.status.name, result) && (await toShard(reader, last, place, runs));
    if (shard) yield shard;
  }
  if (!matchesResult('COMPLETED', result)) return;
  for await (const info of listExecutions(reader.client, `(${query}) AND ExecutionStatus = 'Completed'`)) {
    const place = shardInfoOf(info, label);
    if (place === undefined || listed.has(info.workflowId)) continue;
    listed.add(info.workflowId);
    const runs = [...(groups.get(info.workflowId)?.runs ?? []), info];
    const shard = await toShard(reader, info, place, runs);
    if (shard) yield shard;
  }
}

interface Group {
  readonly place: ShardInfo;
  readonly runs: ExecutionInfo[];
}

/**
 * Returns the runs that have not completed, by workflow id; they are few compared with the completed ones.
 */
async function uncompleted(reader: RunReader, query: string, label: string): Promise<Map<string, Group>> {
  const groups = new Map<string, Group>();
  for await (const info of listExecutions(reader.client, `(${query}) AND ExecutionStatus != 'Completed'`)) {
    const place = shardInfoOf(info, label);
    if (place === undefined) continue;
    const group = groups.get(info.workflowId);
    if (group) group.runs.push(info);
    else groups.set(info.workflowId, { place, runs: [info] });
  }
  return groups;
}

/** Returns the last run of one workflow id, which may not be among the listed ones. */
async function lastRun({ client }: RunReader, runs: readonly ExecutionInfo[]): Promise<ExecutionInfo> {
  const last = runs.reduce((a, b) => (b.startTime.getTime() > a.startTime.getTime() ? b : a));
  if (last.status.name === 'RUNNING') return last;
  try {
    return await describeExecution(client, last.workflowId);
  } catch (error) {
    if (grpcStatusOf(error) === GrpcStatus.NOT_FOUND) return last;
    throw error;
  }
}

/** Returns the shard; `undefined` for a run that was started with a shard's attributes and is not one. */
async function toShard(
  reader: RunReader,
  info: ExecutionInfo,
  { index, count, label = '' }: ShardInfo,
  runs: readonly ExecutionInfo[],
): Promise<Shard | undefined> {
  const run = await withinTimeout(reader.client, () => toJobRun(reader, info));
  if ((boundAttributes(info).traceId ?? run.traceId) !== run.traceId) return undefined;
  const isClosed = run.status !== 'RUNNING' && run.status !== 'COMPLETED';
  const error = isClosed ? await errorOf(reader.client, info) : undefined;
  const ids = new Set(
    runs.filter(({ status }) => status.name !== 'CONTINUED_AS_NEW').map(({ runId }) => runId),
  );
  return Object.freeze({
    ...run,
    index,
    label,
    attempts: ids.add(info.runId).size,
    ...defined({ count, error }),
  });
}

/** Returns the shard's place from its memo; if that cannot be read, the index from its workflow id. */
function shardInfoOf({ memo, workflowId }: ExecutionInfo, label: string): ShardInfo | undefined {
  const index = /:shard-(\d+)$/.exec(workflowId)?.[1];
  const place = parseShardInfo(memo?.[SHARD_MEMO]) ?? parseShardInfo(index && { index: Number(index) });
  return place?.label?.includes(label) || label === '' ? place : undefined;
}

/**
 * Returns the visibility query for a run's shards: by attribute, which finds the shards of the run's ordinary
 * children as well; by workflow id for an ordinary child, for a run that is not bound, and after a reset.
 */
async function shardsQuery({ client }: RunReader, run: ExecutionInfo): Promise<string> {
  const original = await withinTimeout(client, () => originalRunId(client, run));
  const byAttribute = `JobRunId = '${run.runId}' AND JobTrigger = 'shard'`;
  if (original === run.runId && boundAttributes(run).traceId === traceIdOfRun(run.runId)) return byAttribute;
  const byId = `WorkflowId STARTS_WITH ${quoted(shardPrefix(run.workflowId, original))}`;
  const query = `(${byAttribute}) OR ${byId}`;
  try {
    await withinTimeout(client, () => client.workflow.count(query));
    return query;
  } catch (error) {
    // The attribute is not registered in this namespace.
    if (grpcStatusOf(error) === GrpcStatus.INVALID_ARGUMENT) return byId;
    throw error;
  }
}
