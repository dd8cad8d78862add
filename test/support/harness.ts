/**
 * The environment of most tests: a Temporal server, an OTLP receiver, a downstream service in a process of its own,
 * and workers that use the plugin as a user's worker does.
 */
import { type ChildProcess, fork } from 'node:child_process';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker, type WorkerOptions } from '@temporalio/worker';
import { type JobTracingOptions, JobTracingPlugin } from 'temporal-job-tracing';
import { JobClient } from 'temporal-job-tracing/client';
import { type OtlpReceiver, startOtlpReceiver } from '../../testing/otlp-receiver';
import type { ReceivedSpan } from '../../testing/otlp-span';
import { incomplete, tree } from '../../testing/otlp-trace';
import { startTemporalServer, type TemporalServer, temporalCli } from '../../testing/temporal-server';
import { until } from '../../testing/until';
import * as activities from './activities';
import { type Bundle, workflowBundle } from './bundles';
import { messageOf } from './child-process';

/** Workflows that most tests use. */
export const WORKFLOWS_PATH = require.resolve('./workflows/jobs');

/** An undocumented option of the SDK. Its default of 5 s for workflow code is too short on a busy machine. */
const BUSY_MACHINE_OPTIONS = { isolateExecutionTimeout: '1 minute' } as object;
const SERVER_SPAN_TIMEOUT_MS = 5_000;

export interface WorkerSetup {
  /** Options of the plugin; `null`: a worker without it. */
  readonly plugin?: JobTracingOptions | null;
  readonly options?: Partial<WorkerOptions>;
}

export interface HarnessSetup {
  /** Namespaces beside `default`, created without the plugin's search attributes. */
  readonly namespaces?: readonly string[];
  /** Whether to start the server with the Web UI. @default false */
  readonly ui?: boolean;
}

export class Harness {
  readonly server: TemporalServer;
  readonly receiver: OtlpReceiver;
  readonly connection: Connection;
  /** A client without any plugin, like the Temporal CLI. */
  readonly client: Client;
  readonly jobs: JobClient;
  /** Log lines of the Temporal runtime at WARN and above, and of the plugin at INFO and above. */
  readonly log: string[];
  /** Log lines that the plugin writes when a worker starts. */
  readonly startLines: string[];
  readonly #nativeConnection: NativeConnection;
  readonly #downstream: ChildProcess;
  /** Port of the downstream service. */
  readonly #port: number;
  #queues = 0;

  private constructor(parts: {
    server: TemporalServer;
    receiver: OtlpReceiver;
    connection: Connection;
    native: NativeConnection;
    downstream: ChildProcess;
    port: number;
    log: string[];
    startLines: string[];
  }) {
    this.server = parts.server;
    this.receiver = parts.receiver;
    this.connection = parts.connection;
    this.#nativeConnection = parts.native;
    this.#downstream = parts.downstream;
    this.#port = parts.port;
    this.log = parts.log;
    this.startLines = parts.startLines;
    this.client = new Client({ connection: parts.connection });
    this.jobs = new JobClient({ client: this.client });
  }

  /** Starts everything; spans of this process go to the receiver through the plugin's default set-up. */
  static async start({ namespaces = [], ui = false }: HarnessSetup = {}): Promise<Harness> {
    const log: string[] = [];
    const startLines: string[] = [];
    Runtime.install({
      logger: new DefaultLogger('INFO', ({ level, message, meta }) => {
        const isOurs = message.startsWith('temporal-job-tracing');
        if (message.startsWith('temporal-job-tracing: tracing is o')) startLines.push(message);
        else if (level !== 'INFO' || isOurs) log.push(`${level} ${message} ${meta?.error ?? ''}`);
      }),
    });
    const server = await startTemporalServer({ ui, namespaces: ['default', ...namespaces], log: () => {} });
    const receiver = await startOtlpReceiver({ page: (trace) => tree(trace).join('\n') });
    process.env.OTEL_EXPORTER_OTLP_ENDPOINT = receiver.url;
    process.env.OTEL_EXPORTER_OTLP_PROTOCOL = 'http/json';
    process.env.OTEL_BSP_SCHEDULE_DELAY = '100';
    const downstream = fork(path.join(__dirname, 'processes', 'downstream.js'));
    const { port } = await messageOf<AddressInfo>(downstream);
    process.env.DOWNSTREAM_URL = `http://127.0.0.1:${port}`;
    const connection = await Connection.connect({ address: server.address });
    const native = await NativeConnection.connect({ address: server.address });
    return new Harness({
      server,
      receiver,
      connection,
      native,
      downstream,
      port,
      log,
      startLines: startLines,
    });
  }

  async stop(): Promise<void> {
    this.#downstream.disconnect();
    await this.connection.close();
    await this.#nativeConnection.close();
    await this.receiver.close();
    await this.server.stop();
  }

  /** Returns the name of a task queue that no other test uses. */
  newTaskQueue(): string {
    return `test-${process.pid}-${++this.#queues}`;
  }

  /** Creates a worker in this process; {@link Harness.whileRunning} runs it. */
  async createWorker(taskQueue: string, { plugin = {}, options = {} }: WorkerSetup = {}): Promise<Worker> {
    const { workflowsPath = WORKFLOWS_PATH, bundlerOptions, interceptors = {}, ...others } = options;
    const { workflowModules = [], ...hostInterceptors } = interceptors;
    const { plugins = plugin ? [new JobTracingPlugin(plugin)] : [] } = options;
    const bundling = {
      ...bundlerOptions,
      workflowsPath,
      workflowInterceptorModules: workflowModules,
      plugins,
    };
    return Worker.create({
      connection: this.#nativeConnection,
      taskQueue,
      activities,
      ...BUSY_MACHINE_OPTIONS,
      workflowBundle: options.workflowBundle ?? (await workflowBundle(bundling)),
      interceptors: hostInterceptors,
      plugins,
      ...others,
    });
  }

  /** Returns the bundle of {@link WORKFLOWS_PATH} for these options of the plugin; `null`: without the plugin. */
  bundle(plugin: JobTracingOptions | null = {}): Promise<Bundle> {
    const plugins = plugin ? [new JobTracingPlugin(plugin)] : [];
    return workflowBundle({ workflowsPath: WORKFLOWS_PATH, plugins });
  }

  /** Runs `fn` while a worker, or a fleet of them, works on a task queue of its own. */
  async whileWorking<T>(
    setup: WorkerSetup | readonly WorkerSetup[],
    fn: (taskQueue: string) => Promise<T>,
  ): Promise<T> {
    const taskQueue = this.newTaskQueue();
    const setups = Array.isArray(setup) ? setup : [setup];
    const workers: Worker[] = [];
    const connections: NativeConnection[] = [];
    try {
      for (const { options, ...each } of setups) {
        // The SDK refuses two workers of one task queue on the same connection.
        const connection = await NativeConnection.connect({ address: this.server.address });
        connections.push(connection);
        workers.push(await this.createWorker(taskQueue, { ...each, options: { connection, ...options } }));
      }
      return await this.whileRunning(workers, () => fn(taskQueue));
    } finally {
      for (const connection of connections) await connection.close();
    }
  }

  /** Runs `fn` while the workers run; then stops them, which exports their spans. */
  async whileRunning<T>(workers: readonly Worker[], fn: () => Promise<T>): Promise<T> {
    const runs = workers.map((worker) => worker.run());
    try {
      return await Promise.race([
        fn(),
        Promise.all(runs).then(() => Promise.reject(new Error('a worker stopped'))),
      ]);
    } finally {
      for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
      await Promise.all(runs);
    }
  }

  /**
   * Runs the `temporal` CLI and returns its output. Retries a command that the server refuses because the workflow is
   * busy, as it does on a busy machine.
   */
  async cli(...args: string[]): Promise<string> {
    const attempt = async () => {
      try {
        return { output: await temporalCli(this.server, ...args) };
      } catch (error) {
        if (!String(error).includes('Workflow is busy')) throw error;
        return undefined;
      }
    };
    const { output } = await until(attempt, { says: `the workflow stays busy: ${args.join(' ')}` });
    return output;
  }

  /** Returns the values of the plugin's search attributes on the run. */
  async searchAttributesOf(workflowId: string, runId?: string): Promise<Record<string, unknown>> {
    const { searchAttributes } = await this.client.workflow.getHandle(workflowId, runId).describe();
    const names = ['TraceId', 'JobName', 'JobTrigger', 'JobRunId', 'TraceSampled'];
    return Object.fromEntries(
      names.flatMap((name) => (searchAttributes[name] ? [[name, searchAttributes[name][0]]] : [])),
    );
  }

  /** Returns the ids of the run's markers from visibility, sorted. */
  async markersOf(workflowId: string, runId?: string): Promise<string[]> {
    const { searchAttributes } = await this.client.workflow.getHandle(workflowId, runId).describe();
    return (searchAttributes.TemporalChangeVersion ?? []).map(String).sort();
  }

  /**
   * Waits until the receiver has the complete trace, and returns it. Also waits for the spans of the downstream
   * service, but only for a few seconds, since it may have been called without a trace.
   */
  async completeTrace(traceId: string, timeoutMs = 30_000): Promise<ReceivedSpan[]> {
    const isComplete = (trace: readonly ReceivedSpan[]) => trace.length > 0 && incomplete(trace).length === 0;
    const hasServerSpans = (trace: readonly ReceivedSpan[]) =>
      isComplete(trace) && callsWithoutServerSpan(trace, this.#port).length === 0;
    await this.receiver.waitFor(traceId, hasServerSpans, SERVER_SPAN_TIMEOUT_MS).catch(() => {});
    return this.receiver.waitFor(traceId, isComplete, timeoutMs);
  }
}

/** Returns the client spans of calls to this port that have no child. */
function callsWithoutServerSpan(trace: readonly ReceivedSpan[], port: number): ReceivedSpan[] {
  const parents = new Set(trace.map(({ parentSpanId }) => parentSpanId));
  return trace.filter(
    ({ kind, spanId, attributes }) =>
      kind === 'client' && attributes['server.port'] === port && !parents.has(spanId),
  );
}
