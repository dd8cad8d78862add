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
import { type CreateOptions, createJob, type ListedJob, listJobs } from './scheduled-jobs';
import { registerSearchAttributes, type SearchAttributesRegistration } from './search-attributes';
import { type StartedRun, startRun } from './start-run';
import { type JobTraces, jobTraces } from './traces';

/** Options of {@link JobClient}. */
export interface JobClientOptions {
  /** Client of the namespace in which the jobs run. */
  readonly client: Client;
  /** Where traces can be looked at; without it results have no `url`. @default none */
  readonly traceUrl?: TraceUrlOption | undefined;
  /**
   * How long a run that is not listed yet is waited for, in milliseconds, 0 to 60,000.
   *
   * @default 2000
   */
  readonly indexLagMs?: number | undefined;
  /**
   * Where the sampling policy is, for {@link JobClient.sampling} and the rule in {@link JobRun.sampling}: a
   * connection of `ioredis`.
   *
   * @default none
   */
  readonly redis?: RedisConnection | undefined;
  /** Prefix of all keys in Redis, in braces, as in `redisPolicyStore`. @default 'job-tracing' */
  readonly redisPrefix?: string | undefined;
  /** What the workers' option `sampling` says: it holds where Redis has no rule. @default none */
  readonly sampling?: SamplingOptions | undefined;
}

const SUBJECT = 'JobClient';
const NAMES = Object.keys({
  client: true,
  traceUrl: true,
  indexLagMs: true,
  redis: true,
  redisPrefix: true,
  sampling: true,
} satisfies Record<keyof Required<JobClientOptions>, true>);
const DEFAULT_INDEX_LAG_MS = 2_000;
const MAX_INDEX_LAG_MS = 60_000;

/**
 * Scheduled jobs, traces, shards and the sampling policy. It needs no plugin on the Temporal client.
 *
 * @typeParam Workflows type of the user's module of workflows, as in
 *   `new JobClient<typeof workflows>({ client })`
 */
export class JobClient<Workflows extends object = Record<string, Workflow>> {
  /** From a trace to its runs, and from a run to its trace. */
  readonly traces: JobTraces;
  /** The shards of MapReduce runs. */
  readonly shards: JobShards;
  /** The sampling policy in Redis; without the option `redis` it can only explain the option `sampling`. */
  readonly sampling: SamplingClient;
  readonly #client: Client;
  readonly #reader: RunReader;

  /** @throws {OptionError} that names the option, what is expected and what was given */
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
    this.#reader = {
      client,
      traceUrl: traceUrl === undefined ? undefined : compileTraceUrl(traceUrl, SUBJECT),
      explain: (job) => this.sampling.explain(job).catch(() => undefined),
    };
    this.traces = jobTraces(this.#reader, indexLagMs);
    this.shards = jobShards(this.#reader);
  }

  /**
   * Creates a scheduled job, and waits until a worker has checked it.
   *
   * @param id workflow id of its `scheduledJob`
   * @throws {ScheduledJobError} `invalid`, `exists` or `no-worker`; then nothing of it is left
   */
  async create<Type extends WorkflowTypes<Workflows>>(
    id: string,
    spec: JobDefinition<Workflows, Type>,
    options: CreateOptions,
  ): Promise<JobHandle<ArgsOf<Workflows[Type]>>> {
    checkDefinition(id, spec, options?.taskQueue);
    await createJob(this.#client, id, spec, options.taskQueue);
    return jobHandle(this.#client, id);
  }

  /**
   * A scheduled job by its id. Nothing is sent: whether there is such a job is found out by what is called
   * next.
   *
   * @typeParam Type type of its workflow, for the arguments of `runNow`
   */
  getHandle<Type extends WorkflowTypes<Workflows> = WorkflowTypes<Workflows>>(
    id: string,
  ): JobHandle<ArgsOf<Workflows[Type]>> {
    return jobHandle(this.#client, id);
  }

  /**
   * Starts a run of a workflow, with the start option `job`: a name, `runNow` with a reason, a lane. The
   * Temporal client needs no plugin for it.
   *
   * @throws {OptionError} if `job` is wrong
   * @throws {WorkflowExecutionAlreadyStartedError} of `@temporalio/client`, as `client.workflow.start`
   */
  async start<T extends Workflow>(
    workflow: T | string,
    options: WorkflowStartOptions<T>,
  ): Promise<StartedRun<T>> {
    return startRun(this.#client, workflow, options, async (workflowId, runId) => {
      const { traceId } = await this.traces.of({ workflowId, runId });
      return traceId;
    });
  }

  /**
   * Runs the job of a Temporal Schedule now, as a manual run that is always recorded: with the workflow, the
   * arguments and the options of the Schedule's action, beside its own runs and whatever its overlap policy
   * says.
   *
   * @throws {ScheduleNotFoundError} of `@temporalio/client` if there is no such Schedule
   */
  runSchedule(scheduleId: string, options: RunScheduleOptions = {}): Promise<StartedRun> {
    return runSchedule(this.#client, scheduleId, options);
  }

  /** Lists the scheduled jobs, the newest first. */
  list(): AsyncGenerator<ListedJob> {
    return listJobs(this.#client);
  }

  /**
   * Lists the runs of a job: ticks, manual runs, actions of a Temporal Schedule, plain starts under its name;
   * those that go on first, then those that ended last. Only bound runs are found.
   *
   * @param job its name, which is its id unless the spec gives one
   * @throws {OptionError} if the filter is wrong
   */
  runs(job: string, filter: JobRunFilter = {}): AsyncGenerator<ListedRun> {
    return listRuns(this.#reader, job, filter);
  }

  /**
   * Registers the search attributes that the namespace does not have yet.
   *
   * @throws {SearchAttributesError} that says what to run instead, if one has a wrong type, if there is no
   *   room, or if the caller may not
   */
  ensureSearchAttributes(): Promise<SearchAttributesRegistration> {
    return registerSearchAttributes(this.#client.connection, this.#client.options.namespace);
  }
}
