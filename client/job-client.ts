/**
 * The typed client: scheduled jobs, traces, shards and the sampling policy.
 *
 * It only wires. In this order:
 *
 * 1. `create`, `getHandle`, `list`: scheduled jobs
 * 2. `start`, `runSchedule` and `runs`: the runs of a job, whatever started them
 * 3. `traces`, `shards`, `sampling`: parts of their own
 * 4. `ensureSearchAttributes`
 */
import type { Client, WorkflowStartOptions } from '@temporalio/client';
import type { Workflow } from '@temporalio/common';
import { compileCarryBaggage } from '../core/carry-baggage';
import { compileTraceUrl, type TraceUrlOption } from '../core/trace-url-option';
import { defined } from '../core/util/defined';
import { checkNames, optionError } from '../core/util/option-error';
import type { RedisConnection } from '../sampling/redis/connection';
import type { SamplingOptions } from '../sampling/rule';
import { type ArgsOf, checkDefinition, type JobDefinition, type WorkflowTypes } from './job-definition';
import { type JobHandle, jobHandle } from './job-handle';
import type { JobRun, RunReader } from './job-run';
import { type JobRunFilter, type ListedRun, listRuns } from './job-runs';
import { type JobShards, jobShards } from './job-shards';
import { type RunScheduleOptions, runSchedule } from './run-schedule';
import { SamplingClient } from './sampling';
import { createJob, type JobCreateOptions, type ListedJob, listJobs } from './scheduled-jobs';
import { registerSearchAttributes, type SearchAttributesRegistration } from './search-attributes';
import { type StartedRun, startRun } from './start-run';
import { type JobTraces, jobTraces } from './traces';

/** Options of {@link JobClient}. */
export interface JobClientOptions {
  /** Temporal client of the namespace in which the jobs run. */
  readonly client: Client;
  /** Address of a trace in the tracing back end; without it, results have no `url`. @default none */
  readonly traceUrl?: TraceUrlOption | undefined;
  /**
   * How long to wait for a run that visibility does not list yet, in milliseconds, 0 to 60,000.
   *
   * @default 2000
   */
  readonly indexLagMs?: number | undefined;
  /**
   * An `ioredis` connection to the Redis that holds the sampling policy, for {@link JobClient.sampling} and
   * the rule in {@link JobRun.sampling}.
   *
   * @default none
   */
  readonly redis?: RedisConnection | undefined;
  /**
   * Prefix of all Redis keys, written in braces; the same as in `redisPolicyStore`.
   *
   * @default 'job-tracing'
   */
  readonly redisPrefix?: string | undefined;
  /** The workers' option `sampling`, which applies where Redis has no rule. @default none */
  readonly sampling?: SamplingOptions | undefined;
  /**
   * Names of the caller's baggage entries that runs started by this client carry on; `[]` for none. Other
   * entries do not get into the runs' histories, which have baggage in the clear. Ignored if the Temporal
   * client has a plugin of this package, which has the same option.
   *
   * @default all entries
   */
  readonly carryBaggage?: readonly string[] | undefined;
}

const SUBJECT = 'JobClient';
const NAMES = Object.keys({
  client: true,
  traceUrl: true,
  indexLagMs: true,
  redis: true,
  redisPrefix: true,
  sampling: true,
  carryBaggage: true,
} satisfies Record<keyof Required<JobClientOptions>, true>);
const DEFAULT_INDEX_LAG_MS = 2_000;
const MAX_INDEX_LAG_MS = 60_000;

/**
 * Client for scheduled jobs, traces, shards and the sampling policy. The Temporal client needs no plugin.
 *
 * @typeParam Workflows type of your workflows module, as in `new JobClient<typeof workflows>({ client })`
 */
export class JobClient<Workflows extends object = Record<string, Workflow>> {
  /** Finds the runs of a trace, and the trace of a run. */
  readonly traces: JobTraces;
  /** Lists, stops and reruns the shards of MapReduce runs. */
  readonly shards: JobShards;
  /** Reads and changes the sampling policy in Redis; without the option `redis`, only `explain` works. */
  readonly sampling: SamplingClient;
  readonly #client: Client;
  readonly #carryBaggage: string;
  readonly #reader: RunReader;

  /** @throws {OptionError} with the option's name, the expectation and the value */
  constructor(options: JobClientOptions) {
    checkNames(SUBJECT, options, NAMES);
    const { client, traceUrl, indexLagMs = DEFAULT_INDEX_LAG_MS, redis, redisPrefix, sampling } = options;
    if (typeof client?.workflow?.list !== 'function') {
      throw optionError(SUBJECT, 'client', 'a Client of @temporalio/client', client);
    }
    if (!(typeof indexLagMs === 'number' && indexLagMs >= 0 && indexLagMs <= MAX_INDEX_LAG_MS)) {
      throw optionError(SUBJECT, 'indexLagMs', `a number from 0 to ${MAX_INDEX_LAG_MS}`, indexLagMs);
    }
    const { identity } = client.options;
    this.sampling = new SamplingClient(defined({ redis, redisPrefix, sampling, identity }));
    this.#client = client;
    this.#carryBaggage = compileCarryBaggage(options.carryBaggage, SUBJECT);
    this.#reader = {
      client,
      traceUrl: traceUrl === undefined ? undefined : compileTraceUrl(traceUrl, SUBJECT),
      explain: (job) => this.sampling.explain(job).catch(() => undefined),
    };
    this.traces = jobTraces(this.#reader, indexLagMs);
    this.shards = jobShards(this.#reader);
  }

  /**
   * Creates a scheduled job and waits until a worker has checked its spec.
   *
   * @param id workflow id of the job's `scheduledJob`
   * @throws {ScheduledJobError} `invalid`, `exists` or `no-worker`; nothing is left behind then
   */
  async create<Type extends WorkflowTypes<Workflows>>(
    id: string,
    spec: JobDefinition<Workflows, Type>,
    options: JobCreateOptions,
  ): Promise<JobHandle<ArgsOf<Workflows[Type]>>> {
    checkDefinition(id, spec, options?.taskQueue);
    await createJob(this.#client, id, spec, options.taskQueue);
    return jobHandle(this.#client, id);
  }

  /**
   * Returns a handle to a scheduled job. Sends nothing: whether the job exists shows with the first call on
   * the handle.
   *
   * @typeParam Type workflow type of the job, for the arguments of `runNow`
   */
  getHandle<Type extends WorkflowTypes<Workflows> = WorkflowTypes<Workflows>>(
    id: string,
  ): JobHandle<ArgsOf<Workflows[Type]>> {
    return jobHandle(this.#client, id);
  }

  /**
   * Starts a run of a workflow with the start option `job`: a name, `runNow` with a reason, a lane. The
   * Temporal client needs no plugin.
   *
   * @throws {OptionError} if `job` is wrong
   * @throws {WorkflowExecutionAlreadyStartedError} of `@temporalio/client`, as `client.workflow.start`
   */
  async start<T extends Workflow>(
    workflow: T | string,
    options: WorkflowStartOptions<T>,
  ): Promise<StartedRun<T>> {
    const traceIdOf = async (workflowId: string, runId: string) => {
      const { traceId } = await this.traces.of({ workflowId, runId });
      return traceId;
    };
    return startRun(this.#client, workflow, options, traceIdOf, this.#carryBaggage);
  }

  /**
   * Runs the job of a Temporal Schedule now, as a manual run that is always sampled. The run has the workflow
   * type, arguments and options of the Schedule's action, and starts regardless of the Schedule's overlap
   * policy.
   *
   * @throws {ScheduleNotFoundError} of `@temporalio/client` if there is no such Schedule
   */
  runSchedule(scheduleId: string, options: RunScheduleOptions = {}): Promise<StartedRun> {
    return runSchedule(this.#client, scheduleId, options, this.#carryBaggage);
  }

  /** Lists the scheduled jobs of the namespace, newest first. */
  list(): AsyncGenerator<ListedJob> {
    return listJobs(this.#client);
  }

  /**
   * Lists the runs of a job: ticks, manual runs, actions of a Temporal Schedule, and plain starts under the
   * job's name. Running ones come first, then the others, most recently closed first. Only bound runs are
   * found.
   *
   * @param job name of the job: its id, unless its spec has a `name`
   * @throws {OptionError} if the filter is wrong
   */
  runs(job: string, filter: JobRunFilter = {}): AsyncGenerator<ListedRun> {
    return listRuns(this.#reader, job, filter);
  }

  /**
   * Registers the search attributes that the namespace does not have yet.
   *
   * @throws {SearchAttributesError} with the commands to run instead, if an attribute has a wrong type, if
   *   there is no room, or if the caller lacks the permission
   */
  ensureSearchAttributes(): Promise<SearchAttributesRegistration> {
    return registerSearchAttributes(this.#client.connection, this.#client.options.namespace);
  }
}
