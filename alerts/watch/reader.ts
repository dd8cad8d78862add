/**
 * All reads of a watcher from Temporal, each within a time limit, and counted.
 *
 * They use the server's API instead of the SDK's lists and descriptions, which fail if one memo cannot be decoded: a
 * watcher without the workers' data converter must not be blind.
 */
import type { Client } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { decodeOptionalFailureToOptionalError } from '@temporalio/common/lib/internal-non-workflow';
import { optionalTsToMs } from '@temporalio/common/lib/time';
import type { temporal } from '@temporalio/proto';
import { isNotFound } from '../../client/grpc-status';
import type { ExecutionInfo } from '../../client/job-run';
import { toExecutionInfo, withinTimeout } from '../../client/listing';
import { traceIdOfExecution } from '../../client/trace-of-execution';
import { TASK_QUEUE_TYPES, type TaskQueueKind } from '../../core/temporal-api';
import { traceIdOfRun } from '../../core/trace-id';
import { BASIS } from '../../core/usual';
import { defined } from '../../core/util/defined';
import { INCIDENT_MEMO, type IncidentMemo } from '../names';
import { type Verdict, verdictOf } from './close-event';
import { lostMs } from './lost-time';
import {
  incidentsQuery,
  isExactlyMatched,
  jobQuery,
  jobsQuery,
  lastSuccessesQuery,
  runsQuery,
  successesQuery,
  usualQuery,
} from './queries';
import { type RunRow, toRow } from './row';

/** The server's description of a run. */
interface Described extends ExecutionInfo {
  readonly raw: temporal.api.workflowservice.v1.IDescribeWorkflowExecutionResponse;
}

type Run = Pick<RunRow, 'workflowId' | 'runId'>;

/** Facts from the beginning of a run's history. */
export interface Beginning {
  readonly attempt: number;
  /** Id of the run before this one: the previous attempt, if this one is not the first. */
  readonly previousRunId?: string;
  /** Start of the first workflow task, in milliseconds since 1970. */
  readonly startedMs?: number;
}

/** An incident that has not ended. */
export interface ListedIncident {
  readonly workflowId: string;
  readonly memo: IncidentMemo;
}

/** A worker process that polls a task queue. */
export interface QueuePoller {
  readonly identity: string;
  /** Time of its latest poll, in milliseconds since 1970; 0 if it is not known. */
  readonly atMs: number;
}

const PAGE_SIZE = 1_000;
const RUNS_A_CALL = 100;
const JOBS_A_CALL = 100;
/** Enough for the started event, those of the first task, and a signal or two. */
const FIRST_EVENTS = 5;
/** Enough for the whole history of a short run, of which a lost workflow task would be a large part. */
const LAST_EVENTS = 50;

/** The reads of a watcher. All reject with the SDK's error if the server cannot be read. */
export class Reader {
  readonly #client: Client;
  #calls = 0;

  constructor(client: Client) {
    this.#client = client;
  }

  /** Number of calls to Temporal so far. */
  get calls(): number {
    return this.#calls;
  }

  /** Lists the runs that match the query, without children and shards. */
  async rows(query: string, max = Number.POSITIVE_INFINITY): Promise<RunRow[]> {
    const infos = await this.#list(query, max);
    return infos.flatMap((info) => toRow(info) ?? []);
  }

  /** Reads the current state of these runs, by run id. */
  async runs(runIds: readonly string[]): Promise<Map<string, RunRow>> {
    const found = new Map<string, RunRow>();
    for (const some of chunks(runIds, RUNS_A_CALL))
      for (const row of await this.rows(runsQuery(some))) found.set(row.runId, row);
    return found;
  }

  /** Lists completed runs of these jobs that closed after `sinceMs`. */
  async successes(jobs: readonly string[], sinceMs: number): Promise<RunRow[]> {
    const found: RunRow[] = [];
    for (const some of chunks(jobs, JOBS_A_CALL))
      found.push(...(await this.rows(successesQuery(some, sinceMs))));
    return found;
  }

  /** Returns the close time of the job's last completed run, in milliseconds since 1970. */
  async lastSuccessMs(job: string): Promise<number | undefined> {
    const [row] = await this.#rowsOf(job, lastSuccessesQuery(job), 1);
    return row?.closeMs;
  }

  /** Returns the durations of the job's last completed runs, the latest first, in milliseconds. */
  async durationsMs(job: string): Promise<readonly number[]> {
    const rows = await this.#rowsOf(job, usualQuery(job), BASIS.limit.last);
    return rows.map(({ closeMs = 0, dueMs }) => closeMs - dueMs);
  }

  /** Makes one cheap list call; rejects if visibility cannot be read. */
  async checkVisibility(): Promise<void> {
    await this.rows(jobQuery(''), 1);
  }

  /** Whether a run of the job is listed. */
  async hasRunOf(job: string): Promise<boolean> {
    return (await this.#rowsOf(job, jobQuery(job), 1)).length > 0;
  }

  /** Returns names of jobs with this prefix, without the known ones; one page of runs is read. */
  async jobNames(prefix: string, known: readonly string[]): Promise<Set<string>> {
    return new Set((await this.rows(jobsQuery(prefix, known), PAGE_SIZE)).map(({ job }) => job));
  }

  /** Lists the incidents that have not ended. */
  async incidents(): Promise<ListedIncident[]> {
    const infos = await this.#list(incidentsQuery());
    return infos.flatMap(({ workflowId, memo }) => {
      const read = memo?.[INCIDENT_MEMO] as IncidentMemo | undefined;
      return read ? [{ workflowId, memo: read }] : [];
    });
  }

  /** Returns whether the closed run failed for good, and why. */
  async verdict({ workflowId, runId }: Run): Promise<Verdict> {
    const events = await this.#lastEvents({ workflowId, runId }, 1);
    return verdictOf(events[0], (failure) => this.decode(failure));
  }

  /** Returns the error of the run's last failed workflow task. */
  async taskFailure(run: Run): Promise<Error | undefined> {
    const events = await this.#lastEvents(run, FIRST_EVENTS);
    const failed = events.find(({ workflowTaskFailedEventAttributes: one }) => one);
    return this.decode(failed?.workflowTaskFailedEventAttributes?.failure);
  }

  /** Returns the time that the run has lately lost because of restarts, in milliseconds; at most 30 s. */
  async lostMs(run: Run, nowMs: number): Promise<number> {
    return lostMs((await this.#lastEvents(run, LAST_EVENTS)).reverse(), nowMs);
  }

  /** Reads the beginning of the run's history; `undefined` if it is gone. */
  async beginning({ workflowId, runId }: Run): Promise<Beginning | undefined> {
    const response = await this.#ifThere(() =>
      this.#client.workflowService.getWorkflowExecutionHistory({
        ...this.#namespace,
        execution: { workflowId, runId },
        maximumPageSize: FIRST_EVENTS,
      }),
    );
    const events = response?.history?.events ?? [];
    const started = events[0]?.workflowExecutionStartedEventAttributes;
    if (!started) return undefined;
    const task = events.find(({ workflowTaskStartedEventAttributes: one }) => one);
    const startedMs = optionalTsToMs(task?.eventTime);
    const previousRunId = started.continuedExecutionRunId || undefined;
    return defined({ attempt: started.attempt || 1, previousRunId, startedMs });
  }

  /** Describes the run, or the workflow's latest run; `undefined` if it is gone. */
  async describe(workflowId: string, runId?: string): Promise<Described | undefined> {
    const execution = { workflowId, ...(runId !== undefined && { runId }) };
    const raw = await this.#ifThere(() =>
      this.#client.workflowService.describeWorkflowExecution({ ...this.#namespace, execution }),
    );
    const info = raw?.workflowExecutionInfo;
    return info ? { ...(await toExecutionInfo(this.#client, info)), raw } : undefined;
  }

  /** Returns the trace id of the run. */
  async traceId(row: RunRow): Promise<string> {
    if (row.traceId !== undefined) return row.traceId;
    const described = await this.describe(row.workflowId, row.runId);
    if (described === undefined) return traceIdOfRun(row.runId);
    return this.#call(() => traceIdOfExecution(this.#client, described));
  }

  /**
   * Returns the time of the latest poll of the task queue, in milliseconds since 1970; `undefined` if no
   * poller is listed.
   */
  async newestPollMs(name: string, kind: TaskQueueKind): Promise<number | undefined> {
    const times = (await this.pollers(name, kind)).map(({ atMs }) => atMs);
    return times.length === 0 ? undefined : Math.max(...times);
  }

  /** Returns the pollers of the task queue. */
  async pollers(name: string, kind: TaskQueueKind): Promise<readonly QueuePoller[]> {
    const { pollers } = await this.#call(() =>
      this.#client.workflowService.describeTaskQueue({
        ...this.#namespace,
        taskQueue: { name },
        taskQueueType: TASK_QUEUE_TYPES[kind],
      }),
    );
    return (pollers ?? []).map(({ identity, lastAccessTime }) => ({
      identity: identity ?? '',
      atMs: optionalTsToMs(lastAccessTime) ?? 0,
    }));
  }

  /** Returns the first rows that belong to exactly this job. */
  async #rowsOf(job: string, query: string, max: number): Promise<RunRow[]> {
    const rows = await this.rows(query, isExactlyMatched(job) ? max : PAGE_SIZE);
    return rows.filter((row) => row.job === job).slice(0, max);
  }

  get #namespace() {
    return { namespace: this.#client.options.namespace };
  }

  async #lastEvents({ workflowId, runId }: Run, maximumPageSize: number) {
    const response = await this.#ifThere(() =>
      this.#client.workflowService.getWorkflowExecutionHistoryReverse({
        ...this.#namespace,
        execution: { workflowId, runId },
        maximumPageSize,
      }),
    );
    return response?.history?.events ?? [];
  }

  /** Decodes a failure with the user's data converter; without it, only its type and message can be read. */
  decode(failure: temporal.api.failure.v1.IFailure | null | undefined): Promise<Error | undefined> {
    const { loadedDataConverter } = this.#client.options;
    return decodeOptionalFailureToOptionalError(loadedDataConverter, failure).catch(
      () => new ApplicationFailure(failure?.message, failure?.applicationFailureInfo?.type),
    );
  }

  async #list(query: string, max = Number.POSITIVE_INFINITY): Promise<ExecutionInfo[]> {
    const pageSize = Math.min(max, PAGE_SIZE);
    const found: ExecutionInfo[] = [];
    let nextPageToken: Uint8Array | undefined;
    do {
      const page = await this.#call(() =>
        this.#client.workflowService.listWorkflowExecutions({
          ...this.#namespace,
          query,
          pageSize,
          ...(nextPageToken && { nextPageToken }),
        }),
      );
      for (const raw of page.executions ?? []) found.push(await toExecutionInfo(this.#client, raw));
      nextPageToken = page.nextPageToken?.length ? page.nextPageToken : undefined;
    } while (nextPageToken && found.length < max);
    return found.slice(0, max);
  }

  async #ifThere<T>(call: () => Promise<T>): Promise<T | undefined> {
    try {
      return await this.#call(call);
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  #call<T>(call: () => Promise<T>): Promise<T> {
    this.#calls++;
    return withinTimeout(this.#client, call);
  }
}

function* chunks<T>(all: readonly T[], size: number): Generator<readonly T[]> {
  for (let index = 0; index < all.length; index += size) yield all.slice(index, index + size);
}
