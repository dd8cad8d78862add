/**
 * A namespace of a real server for a test of alerts: jobs whose work the test decides, a watcher, and a receiver of its
 * messages.
 */
import { randomUUID } from 'node:crypto';
import { NoopSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { Client, type WorkflowStartOptions } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import { DefaultLogger, NativeConnection, Runtime, Worker, type WorkerOptions } from '@temporalio/worker';
import { JobTracingPlugin } from 'temporal-job-tracing';
import {
  type JobAlertsConfig,
  type JobWatcher,
  type JobWatcherOptions,
  startJobWatcher,
} from 'temporal-job-tracing/alerts';
import { JobClient } from 'temporal-job-tracing/client';
import type { IncidentState } from '../../../alerts/incident/state.js';
import { startTemporalServer, type TemporalServer } from '../../../testing/temporal-server.js';
import { until } from '../../../testing/until.js';
import { workflowBundle } from '../bundles.js';
import { HOOK_KEY, Receiver } from './receiver.js';

const WORKFLOWS_PATH = require.resolve('../workflows/alerts.js');

// What workers say of failed activities is what the tests make them do.
Runtime.install({ logger: new DefaultLogger('ERROR') });

/** What becomes of a job's work: nothing, an error, or a promise that the test settles. */
type Work = (job: string) => Promise<void> | void;

export class Stage {
  readonly server: TemporalServer;
  readonly connection: NativeConnection;
  readonly client: Client;
  readonly namespace: string;
  readonly taskQueue = 'jobs';
  readonly receiver: Receiver;
  /** What the watcher's process logged. */
  readonly log: string[] = [];
  work: Work = (job) => this.works.get(job)?.(job);
  /** The same by job. */
  readonly works = new Map<string, Work>();
  readonly #watchers = new Set<JobWatcher>();
  readonly #connections: NativeConnection[] = [];
  #jobs = 0;

  private constructor(
    server: TemporalServer,
    connection: NativeConnection,
    namespace: string,
    receiver: Receiver,
    dataConverter: DataConverter | undefined,
  ) {
    this.server = server;
    this.connection = connection;
    this.namespace = namespace;
    this.receiver = receiver;
    this.client = new Client({ connection, namespace, ...(dataConverter && { dataConverter }) });
  }

  /** @param attributes whether the namespace has our search attributes. @default true */
  static async start({
    attributes = true,
    server: given,
    dataConverter,
  }: {
    attributes?: boolean;
    server?: TemporalServer;
    dataConverter?: DataConverter;
  } = {}): Promise<Stage> {
    const namespace = `alerts-${randomUUID().slice(0, 8)}`;
    const server = given ?? (await startTemporalServer({ namespaces: [namespace], log: () => {} }));
    const connection = await NativeConnection.connect({ address: server.address });
    const name = given ? 'default' : namespace;
    const stage = new Stage(server, connection, name, await Receiver.start(), dataConverter);
    if (attributes) await new JobClient({ client: stage.client }).ensureSearchAttributes();
    return stage;
  }

  async stop(): Promise<void> {
    for (const watcher of this.#watchers) await watcher.close();
    for (const connection of this.#connections) await connection.close();
    await this.receiver.close();
    await this.connection.close();
    await this.server.stop();
  }

  /** A configuration with one channel and a look each second. */
  config(more: Partial<JobAlertsConfig> = {}): JobAlertsConfig {
    return { channels: { oncall: this.receiver.channel() }, pollIntervalMs: 1_000, ...more };
  }

  /** Starts a watcher on a connection of its own, as in a process of its own. */
  async watch(
    config: JobAlertsConfig | string = this.config(),
    more: Partial<JobWatcherOptions> = {},
  ): Promise<JobWatcher> {
    const connection = await NativeConnection.connect({ address: this.server.address });
    this.#connections.push(connection);
    const log = (message: string) => this.log.push(message);
    const watcher = await startJobWatcher({
      connection,
      namespace: this.namespace,
      config,
      secrets: (name) => (name === 'HOOK_KEY' ? HOOK_KEY : undefined),
      logger: { info: log, warn: log },
      ...more,
    });
    this.#watchers.add(watcher);
    return watcher;
  }

  /** Waits until the watcher has looked, so that what happens from now on is seen. */
  async isWatching(watcher: JobWatcher): Promise<void> {
    await until(async () => (await watcher.status()).watch !== undefined, {
      says: 'the watcher has not looked',
    });
  }

  /** Waits until a message about the job was delivered, silenced or refused; returns all of them. */
  async deliveriesOf(job: string): Promise<IncidentState['deliveries']> {
    const incident = this.client.workflow.getHandle(`job-alert/${job}`);
    return until(
      async () => {
        const state = await incident.query<IncidentState>('status').catch(() => undefined);
        return state !== undefined && state.deliveries.length > 0 && state.deliveries;
      },
      { says: `${job}: nothing was delivered` },
    );
  }

  /** A worker for the jobs. */
  async worker(options: Partial<WorkerOptions> = {}): Promise<Worker> {
    return Worker.create({
      connection: this.connection,
      namespace: this.namespace,
      taskQueue: this.taskQueue,
      workflowBundle: await workflowBundle({
        workflowsPath: WORKFLOWS_PATH,
        plugins: [new JobTracingPlugin()],
      }),
      activities: { work: (job: string) => this.work(job) },
      plugins: [new JobTracingPlugin({ spanProcessors: [new NoopSpanProcessor()] })],
      ...options,
    });
  }

  /** Runs `fn` while a worker works on the jobs. */
  async whileWorking<T>(fn: () => Promise<T>, options: Partial<WorkerOptions> = {}): Promise<T> {
    const worker = await this.worker(options);
    return worker.runUntil(fn);
  }

  /** Starts a run of a job that has a name of its own. */
  async start(
    type: string,
    args: unknown[] = [],
    options: Partial<WorkflowStartOptions> & { job?: string } = {},
  ) {
    const { job = `job-${++this.#jobs}`, ...others } = options;
    return this.client.workflow.start(type, {
      taskQueue: this.taskQueue,
      workflowId: `${job}/${randomUUID().slice(0, 8)}`,
      memo: { jobName: job },
      args,
      ...others,
    });
  }

  /** Runs the job to its end, however that is. */
  async run(job: string, type = 'nightly', args: unknown[] = [job]): Promise<string> {
    const handle = await this.start(type, args, { job });
    await handle.result().catch(() => {});
    return handle.firstExecutionRunId;
  }
}
