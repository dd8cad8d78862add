/**
 * Reads the shards of a MapReduce run from visibility.
 */
import { GrpcStatus, grpcStatusOf } from '../../client/grpc-status';
import type { ExecutionInfo } from '../../client/job-run';
import { errorOf } from '../../client/shard-error';
import { parseShardInfo } from '../../core/job-metadata';
import { SHARD_MEMO } from '../../core/search-attributes';
import { BoundedMap } from '../../core/util/bounded-map';
import { defined } from '../../core/util/defined';
import { countText, plural } from '../timeline/durations';
import type { HistoryEvent } from '../timeline/history-event';
import type { TimelineShard } from '../timeline/run-timeline';
import type { FailedShard, RunShards, RunState } from '../types';
import type { TemporalCalls } from './calls';
import { runOfExecution } from './execution';
import { listExecutions } from './list';

const BRANCH = 'mapReduceBranch';
const MAX_SHARDS = 10_000;
/** Maximum number of failed shards that are listed. */
const MAX_FAILED = 100;
/** Maximum number of failed shards whose error is read, with one call each. */
const MAX_ERRORS = 20;
/** Maximum number of errors that are remembered, of all runs. */
const MAX_REMEMBERED = 1_000;

/** The shards of a run. */
export interface ListedShards {
  /** Shards for the timeline. */
  readonly shards: readonly TimelineShard[];
  readonly summary: RunShards;
}

/** Whether the run's history has branches of a `mapReduce`. */
export function hasShards(events: readonly HistoryEvent[]): boolean {
  return events.some(
    ({ startChildWorkflowExecutionInitiatedEventAttributes: started }) =>
      started?.workflowType?.name === BRANCH,
  );
}

interface Shard {
  readonly index: number;
  readonly label: string;
  readonly count: number | undefined;
  readonly state: RunState;
  readonly attempts: number;
  readonly info: ExecutionInfo;
}

/** Reads shards, and remembers why they failed. */
export class ShardReader {
  readonly #calls: TemporalCalls;
  readonly #errors = new BoundedMap<string, FailedShard['error']>(MAX_REMEMBERED);

  constructor(calls: TemporalCalls) {
    this.#calls = calls;
  }

  /**
   * Reads the shards of a run; `undefined` if our attributes are not registered. Rejects as the calls do.
   *
   * @param closedAt close time of the run, in milliseconds since 1970; `undefined` if it is open
   */
  async read(runId: string, closedAt: number | undefined): Promise<ListedShards | undefined> {
    const query = `JobRunId = '${runId}' AND JobTrigger = 'shard'`;
    try {
      const { executions } = await this.#calls.call((client) => listExecutions(client, query, MAX_SHARDS));
      const shards = lastRuns(executions, this.#calls.namespace);
      return { shards: shards.map(toTimelineShard), summary: await this.#summary(shards, closedAt) };
    } catch (error) {
      if (grpcStatusOf(error) === GrpcStatus.INVALID_ARGUMENT) return undefined;
      throw error;
    }
  }

  async #summary(shards: readonly Shard[], closedAt = Number.POSITIVE_INFINITY): Promise<RunShards> {
    const states: Partial<Record<RunState, number>> = {};
    for (const { state } of shards) states[state] = (states[state] ?? 0) + 1;
    const failed = shards.filter(
      ({ state }) => state === 'failure' || state === 'timeout' || state === 'termination',
    );
    failed.sort((a, b) => a.index - b.index);
    const listed: FailedShard[] = [];
    for (const shard of failed.slice(0, MAX_FAILED)) listed.push(await this.#failed(shard, listed.length));
    const count = Math.max(shards.length, ...shards.slice(0, 1).map((shard) => shard.count ?? 0));
    const rerun = rerunText(shards, closedAt);
    return {
      count,
      states,
      failed: listed,
      more: failed.length - listed.length,
      ...defined({ rerun }),
    };
  }

  async #failed({ index, label, state, attempts, info }: Shard, position: number): Promise<FailedShard> {
    const run = runOfExecution(info, this.#calls.namespace);
    const error = position < MAX_ERRORS ? await this.#errorOf(info) : undefined;
    const { closeTime, startTime, runId, workflowId } = info;
    return {
      index,
      label,
      state,
      runId,
      workflowId,
      traceId: run?.traceId ?? '',
      attempts,
      ...defined({ durationMs: closeTime && closeTime.getTime() - startTime.getTime(), error }),
    };
  }

  async #errorOf(info: ExecutionInfo): Promise<FailedShard['error']> {
    const known = this.#errors.get(info.runId);
    if (known) return known;
    const error = await this.#calls.call((client) => errorOf(client, info)).catch(() => undefined);
    if (error) this.#errors.set(info.runId, error);
    return error;
  }
}

/**
 * Returns each shard with the state of its last run; a retry or a reset adds runs under the same workflow id.
 */
function lastRuns(executions: readonly ExecutionInfo[], namespace: string): Shard[] {
  const byId = new Map<string, ExecutionInfo[]>();
  for (const info of executions) {
    const runs = byId.get(info.workflowId);
    if (runs) runs.push(info);
    else byId.set(info.workflowId, [info]);
  }
  return [...byId.values()].flatMap((runs) => {
    const info = runs.reduce((a, b) => (b.startTime > a.startTime ? b : a));
    const facts = parseShardInfo(info.memo?.[SHARD_MEMO]);
    const state = runOfExecution(info, namespace)?.state ?? 'unknown';
    const { index = 0, label = '', count } = facts ?? {};
    return [{ index, label, count, state, attempts: runs.length, info }];
  });
}

/**
 * Returns the sentence about shards that were rerun after the run had ended; `undefined` if there are none.
 */
function rerunText(shards: readonly Shard[], closedAt: number): string | undefined {
  const rerun = shards.filter(({ info }) => info.startTime.getTime() > closedAt).length;
  if (rerun === 0) return undefined;
  const succeeded = shards.filter(({ state }) => state === 'success').length;
  const part = succeeded === shards.length ? 'all' : `${countText(succeeded)} of`;
  const were = rerun === 1 ? 'was' : 'were';
  return `${plural(rerun, 'shard')} ${were} rerun after the run ended; now ${part} ${plural(shards.length, 'shard')} have succeeded.`;
}

function toTimelineShard({ label, state, info }: Shard): TimelineShard {
  const { runId, type: workflowType, startTime, closeTime, parentExecution } = info;
  return {
    runId,
    workflowType,
    label,
    parentRunId: parentExecution?.runId ?? undefined,
    startedMs: startTime.getTime(),
    closedMs: closeTime?.getTime(),
    hasFailed: state === 'failure' || state === 'timeout',
  };
}
