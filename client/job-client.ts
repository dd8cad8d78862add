/**
 * The typed client: scheduled jobs, from a trace to its runs, and from a run to its trace.
 *
 * Needs no plugin on the client and no registered search attributes: a run's trace id follows from its run id.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, type WorkflowExecutionInfo, WorkflowNotFoundError } from '@temporalio/client';
import type { Workflow } from '@temporalio/common';
import { runIdOfTrace, traceIdOfRun } from '../core/trace-id';
import { compileTraceUrl, type TraceUrlOption } from '../core/trace-url-option';
import { mismatchError } from '../core/util/option-error';
import { explainRule, type SamplingExplanation } from '../sampling/explain';
import { resolvePolicy, type SamplingPolicy } from '../sampling/policy';
import type { RedisConnection } from '../sampling/redis/connection';
import type { SamplingOptions } from '../sampling/rule';
import { GrpcStatus, grpcStatusOf } from './grpc-status';
import { type ExecutionInfo, type JobRun, type RunReader, toJobRun } from './job-run';
import { parseRunId, parseTraceId } from './parse-trace-id';
import { type RerunOptions, type RerunShard, rerunShard } from './rerun-shards';
import type { RunSampling } from './run-sampling';
import { SamplingClient } from './sampling';
import { ScheduledJobs } from './scheduled-jobs';
import { registerSearchAttributes, type SearchAttributesRegistration } from './search-attributes';
import { listShards, type Shard, type ShardFilter } from './shards';

export interface JobClientOptions {
  /** Client of the namespace in which the jobs run. */
  readonly client: Client;
  /** Where traces can be looked at; without it results have no `url`. */
  readonly traceUrl?: TraceUrlOption;
  /**
   * How long a run that is not listed yet is waited for, in milliseconds, 0 to 60,000.
   *
   * @default 2000
   */
  readonly indexLagMs?: number;
  /**
   * Where the sampling policy is, for {@link JobClient.sampling} and the rule in {@link JobRun.sampling}: a
   * connection of `ioredis`.
   */
  readonly redis?: RedisConnection;
  /** As the option `prefix` of `redisPolicyStore`. @default 'job-tracing' */
  readonly redisPrefix?: string;
  /** What the workers' option `sampling` says: it holds where Redis has no rule. @default none */
  readonly sampling?: SamplingOptions;
}

/** The runs of a trace. */
export interface TraceRuns {
  /**
   * The run whose trace it is; after a reset the newest. If that one is not listed (any more), the earliest
   * of the trace.
   */
  readonly root: JobRun;
  /** Ordinary children in the trace, and runs that ended with a reset. At most 1,000. */
  readonly others: readonly JobRun[];
}

/** The trace of a run. */
export interface RunTrace {
  /** 32 lower-case hex digits. */
  readonly traceId: string;
  /** Whether the trace is recorded, as far as is known. */
  readonly sampled?: boolean;
  /** As in {@link JobRun.sampling}. */
  readonly sampling?: RunSampling;
  /** Link to the trace, with the option `traceUrl`; none if it is known that the trace is not recorded. */
  readonly url?: string;
  /** The run; left out if no run with this id is listed (yet, or any more). */
  readonly run?: JobRun;
}

/** A run by its id, by a workflow handle, or by workflow id and run id (without one, the latest run). */
export type RunReference = string | { readonly workflowId: string; readonly runId?: string };

const DEFAULT_INDEX_LAG_MS = 2_000;
const MAX_INDEX_LAG_MS = 60_000;
const FIRST_PAUSE_MS = 50;
/** Bound of one look at the server. */
const RPC_TIMEOUT_MS = 10_000;
const MAX_RUNS = 1_000;

/**
 * @typeParam Workflows type of the user's module of workflows, as in `new JobClient<typeof workflows>({ client })`
 */
export class JobClient<Workflows extends object = Record<string, Workflow>> extends ScheduledJobs<Workflows> {
  readonly #client: Client;
  readonly #reader: RunReader;
  readonly #indexLagMs: number;
  readonly #sampling: SamplingClient | undefined;
  /** The workers' option `sampling`, if it was given. */
  readonly #policy: SamplingPolicy | undefined;

  /** @throws TypeError that names the option, what is expected and what was given. */
  constructor(options: JobClientOptions) {
    const { client, traceUrl, indexLagMs = DEFAULT_INDEX_LAG_MS, redis, redisPrefix, sampling } = options;
    if (typeof client?.workflow?.list !== 'function') {
      throw mismatchError('client', 'a Client of @temporalio/client', client);
    }
    if (!(typeof indexLagMs === 'number' && indexLagMs >= 0 && indexLagMs <= MAX_INDEX_LAG_MS)) {
      throw mismatchError('indexLagMs', `a number from 0 to ${MAX_INDEX_LAG_MS}`, indexLagMs);
    }
    super(client);
    this.#client = client;
    this.#reader = {
      client,
      traceUrl: traceUrl === undefined ? undefined : compileTraceUrl(traceUrl),
      explain: (job) => this.#explain(job),
    };
    this.#policy = sampling === undefined ? undefined : resolvePolicy(sampling);
    this.#indexLagMs = indexLagMs;
    this.#sampling =
      redis &&
      new SamplingClient({
        redis,
        identity: client.options.identity,
        ...(redisPrefix !== undefined && { prefix: redisPrefix }),
        ...(sampling !== undefined && { sampling }),
      });
  }

  /**
   * The runs of a trace, `undefined` if there are none. Finds runs that are not bound, too, except ordinary
   * children.
   *
   * @param traceId 32 hex digits, upper or lower case, or a run id with dashes.
   * @throws TraceIdError that names what is wrong with the id.
   */
  async findByTraceId(traceId: string): Promise<TraceRuns | undefined> {
    const id = parseTraceId(traceId);
    const giveUp = Date.now() + this.#indexLagMs;
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs *= 2) {
      const [root, ...others] = await this.#within(() => this.#runsOf(id));
      if (root !== undefined) return Object.freeze({ root, others: Object.freeze(others) });
      const leftMs = giveUp - Date.now();
      if (leftMs <= 0) return undefined;
      await sleep(Math.min(pauseMs, leftMs));
    }
  }

  /**
   * The trace of a run, bound or not. A run id alone is looked up, without waiting; if it is not listed, it is
   * taken for that of a top-level run and nothing but its trace id is known.
   *
   * @throws TraceIdError if the run id is not a UUID, WorkflowNotFoundError if there is no such workflow.
   */
  async traceOf(reference: RunReference): Promise<RunTrace> {
    if (typeof reference !== 'string') {
      return this.#within(async () => this.#traceOfRun(await this.#describe(reference)));
    }
    const runId = parseRunId(reference);
    return this.#within(async () => {
      const [info] = await this.#list(`RunId = '${runId}'`);
      return info ? this.#traceOfRun(info) : Object.freeze({ traceId: traceIdOfRun(runId) });
    });
  }

  /**
   * A run by its run id, or the latest of a workflow; `undefined` if none with this id is listed.
   *
   * @throws TraceIdError if the run id is not a UUID, WorkflowNotFoundError if there is no such workflow.
   */
  async run(reference: RunReference): Promise<JobRun | undefined> {
    return (await this.traceOf(reference)).run;
  }

  /**
   * The sampling policy in Redis.
   *
   * @throws TypeError without the option `redis`.
   */
  get sampling(): SamplingClient {
    if (this.#sampling === undefined) {
      throw mismatchError('redis', 'a connection of ioredis, where the sampling policy is', undefined);
    }
    return this.#sampling;
  }

  /**
   * Registers the search attributes that the namespace does not have yet.
   *
   * @throws SearchAttributesError that says what to run instead, if one has a wrong type, if there is no room,
   *   or if the caller may not.
   */
  ensureSearchAttributes(): Promise<SearchAttributesRegistration> {
    return registerSearchAttributes(this.#client.connection, this.#client.options.namespace);
  }

  /**
   * The shards of a MapReduce run, each once, while the run goes on and after it has ended: those that did not
   * complete first. The run is the one that called `mapReduce`.
   *
   * @throws TraceIdError if the run id is not a UUID, WorkflowNotFoundError if there is no such run.
   */
  async *shards(run: RunReference, filter: ShardFilter = {}): AsyncGenerator<Shard> {
    yield* listShards(this.#reader, await this.#runOf(run), filter);
  }

  /** Asks one shard to stop: it is cancelled, which is no failure. The others go on. */
  async stopShard({ workflowId }: Pick<Shard, 'workflowId'>): Promise<void> {
    await this.#within(() => this.#client.workflow.getHandle(workflowId).cancel());
  }

  /**
   * Runs the failed shards of a run again, those that timed out as well: each under its workflow id and in its
   * trace, always recorded. The run itself does not wait for them and does not count them.
   *
   * @throws TraceIdError if the run id is not a UUID, WorkflowNotFoundError if there is no such run.
   */
  async rerunFailedShards(run: RunReference, options: RerunOptions = {}): Promise<readonly RerunShard[]> {
    const rerun: RerunShard[] = [];
    for await (const shard of this.shards(run, { status: ['FAILED', 'TIMED_OUT'] }))
      rerun.push(await rerunShard(this.#reader, shard, options));
    return Object.freeze(rerun);
  }

  async #runOf(reference: RunReference): Promise<ExecutionInfo> {
    if (typeof reference !== 'string') return this.#within(() => this.#describe(reference));
    const runId = parseRunId(reference);
    const [info] = await this.#within(() => this.#list(`RunId = '${runId}'`));
    if (info) return info;
    const { namespace } = this.#client.options;
    throw new WorkflowNotFoundError(`no run ${runId} is listed in namespace ${namespace}`, '', runId);
  }

  /** The listed runs of a trace: those with traces of their own before children, newest first; then by start. */
  async #runsOf(traceId: string): Promise<JobRun[]> {
    const [byRunId, byAttribute] = await Promise.all([
      this.#list(`RunId = '${runIdOfTrace(traceId)}'`),
      this.#list(`TraceId = '${traceId}'`).catch((error: unknown) => {
        // Not registered in this namespace.
        if (grpcStatusOf(error) === GrpcStatus.INVALID_ARGUMENT) return [];
        throw error;
      }),
    ]);
    const hits = new Map([...byRunId, ...byAttribute].map((info) => [info.runId, info]));
    const runs = await Promise.all(Array.from(hits.values(), (info) => toJobRun(this.#reader, info)));
    return runs.filter((run) => run.traceId === traceId).sort(rootFirst);
  }

  async #list(query: string): Promise<WorkflowExecutionInfo[]> {
    const hits: WorkflowExecutionInfo[] = [];
    for await (const info of this.#client.workflow.list({ query, pageSize: MAX_RUNS })) {
      hits.push(info);
      if (hits.length === MAX_RUNS) break;
    }
    return hits;
  }

  async #traceOfRun(info: ExecutionInfo): Promise<RunTrace> {
    const run = await toJobRun(this.#reader, info);
    const { traceId, sampled, sampling, url } = run;
    return Object.freeze({
      traceId,
      ...(sampled !== undefined && { sampled }),
      ...(sampling && { sampling }),
      ...(url !== undefined && { url }),
      run,
    });
  }

  /** The rule of the job, as far as the options tell where the policy is and Redis answers. Never rejects. */
  async #explain(job: string): Promise<SamplingExplanation | undefined> {
    if (this.#sampling) return this.#sampling.explain(job).catch(() => undefined);
    return this.#policy && explainRule(this.#policy, new Map(), job);
  }

  #describe(reference: Exclude<RunReference, string>): Promise<ExecutionInfo> {
    const { workflowId, runId } = reference;
    const handle =
      'describe' in reference && typeof reference.describe === 'function'
        ? (reference as { describe(): Promise<ExecutionInfo> })
        : this.#client.workflow.getHandle(workflowId, runId);
    return handle.describe();
  }

  protected override readRun(info: ExecutionInfo): Promise<JobRun> {
    return this.#within(() => toJobRun(this.#reader, info));
  }

  #within<T>(look: () => Promise<T>): Promise<T> {
    return this.#client.connection.withDeadline(Date.now() + RPC_TIMEOUT_MS, look);
  }
}

function rootFirst(a: JobRun, b: JobRun): number {
  const [aIsChild, bIsChild] = [a.trigger === 'child', b.trigger === 'child'];
  if (aIsChild !== bIsChild) return aIsChild ? 1 : -1;
  const byStart = a.startTime.getTime() - b.startTime.getTime();
  return aIsChild ? byStart : -byStart;
}
