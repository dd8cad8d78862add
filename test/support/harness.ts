/**
 * What most tests need: a Temporal server, an OTLP receiver, a downstream service in a process of its own,
 * and workers that use the plugin as a user's would.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
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

/** Workflows that most tests use. */
export const WORKFLOWS_PATH = require.resolve('./workflows/jobs');

/** An option that the SDK does not document: it gives the code of a workflow 5 s, soon over on a busy machine. */
const PATIENT = { isolateExecutionTimeout: '1 minute' } as object;
const SERVED_TIMEOUT_MS = 5_000;

export interface WorkerSetup {
  /** Options of the plugin; `null`: a worker without it. */
  readonly plugin?: JobTracingOptions | null;
  readonly options?: Partial<WorkerOptions>;
}

export interface HarnessSetup {
  /** Namespaces that exist besides `default`: those made for a test have no search attributes of ours. */
  readonly namespaces?: readonly string[];
  /** Whether a server that is started has the Web UI. @default false */
  readonly ui?: boolean;
}

export class Harness {
  readonly server: TemporalServer;
  readonly receiver: OtlpReceiver;
  readonly connection: Connection;
  /** A client without any plugin, as the Temporal CLI is one. */
  readonly client: Client;
  readonly tracing: JobClient;
  /** Lines of the Temporal runtime's log at WARN and above, and the plugin's at INFO. */
  readonly log: string[];
  /** What workers said at their start. */
  readonly starts: string[];
  readonly #native: NativeConnection;
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
    starts: string[];
  }) {
    this.server = parts.server;
    this.receiver = parts.receiver;
    this.connection = parts.connection;
    this.#native = parts.native;
    this.#downstream = parts.downstream;
    this.#port = parts.port;
    this.log = parts.log;
    this.starts = parts.starts;
    this.client = new Client({ connection: parts.connection });
    this.tracing = new JobClient({ client: this.client });
  }

  /** Starts everything; spans of this process go to the receiver through the plugin's default set-up. */
  static async start({ namespaces = [], ui = false }: HarnessSetup = {}): Promise<Harness> {
    const log: string[] = [];
    const starts: string[] = [];
    Runtime.install({
      logger: new DefaultLogger('INFO', ({ level, message, meta }) => {
        const isOurs = message.startsWith('temporal-job-tracing');
        if (message.startsWith('temporal-job-tracing: tracing is o')) starts.push(message);
        else if (level !== 'INFO' || isOurs) log.push(`${level} ${message} ${meta?.error ?? ''}`);
      }),
    });
    const server = await startTemporalServer({ ui, namespaces: ['default', ...namespaces], log: () => {} });
    const receiver = await startOtlpReceiver({ page: (trace) => tree(trace).join('\n') });
    process.env.OTEL_EXPORTER_OTLP_ENDPOINT = receiver.url;
    process.env.OTEL_EXPORTER_OTLP_PROTOCOL = 'http/json';
    process.env.OTEL_BSP_SCHEDULE_DELAY = '100';
    const downstream = fork(path.join(__dirname, 'processes', 'downstream.js'));
    const [{ port }] = await once(downstream, 'message');
    process.env.DOWNSTREAM_URL = `http://127.0.0.1:${port}`;
    const connection = await Connection.connect({ address: server.address });
    const native = await NativeConnection.connect({ address: server.address });
    return new Harness({ server, receiver, connection, native, downstream, port, log, starts });
  }

  async stop(): Promise<void> {
    this.#downstream.disconnect();
    await this.connection.close();
    await this.#native.close();
    await this.receiver.close();
    await this.server.stop();
  }

  /** A task queue that no other test uses. */
  newTaskQueue(): string {
    return `test-${process.pid}-${++this.#queues}`;
  }

  /** A worker of this process; run it with {@link Harness.whileRunning}. */
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
      connection: this.#native,
      taskQueue,
      activities,
      ...PATIENT,
      workflowBundle: options.workflowBundle ?? (await workflowBundle(bundling)),
      interceptors: hostInterceptors,
      plugins,
      ...others,
    });
  }

  /** The bundle of {@link WORKFLOWS_PATH} for these options of the plugin. */
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
        // The workers of one queue are refused on one connection: a fleet's are in processes of their own.
        const connection = await NativeConnection.connect({ address: this.server.address });
        connections.push(connection);
        workers.push(await this.createWorker(taskQueue, { ...each, options: { connection, ...options } }));
      }
      return await this.whileRunning(workers, () => fn(taskQueue));
    } finally {
      for (const connection of connections) await connection.close();
    }
  }

  /** Runs `fn` while the workers run; they are stopped after it, so their spans have left. */
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
   * Runs the `temporal` CLI itself, with no plugin in it. A command that the server refuses because the workflow is
   * busy, as happens on a machine that is busy, is given again, as a person would.
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

  /** The run's search attributes of ours. */
  async attributesOf(workflowId: string, runId?: string): Promise<Record<string, unknown>> {
    const { searchAttributes } = await this.client.workflow.getHandle(workflowId, runId).describe();
    const names = ['TraceId', 'JobName', 'JobTrigger', 'JobRunId', 'TraceSampled'];
    return Object.fromEntries(
      names.flatMap((name) => (searchAttributes[name] ? [[name, searchAttributes[name][0]]] : [])),
    );
  }

  /**
   * Waits until the run's trace is complete at the receiver, and returns it. The downstream service sends its spans
   * by itself: those are waited for, too, but not for ever, since it may have been called without a trace.
   */
  async completeTrace(traceId: string, timeoutMs = 30_000): Promise<ReceivedSpan[]> {
    const isComplete = (trace: readonly ReceivedSpan[]) => trace.length > 0 && incomplete(trace).length === 0;
    const isWhole = (trace: readonly ReceivedSpan[]) =>
      isComplete(trace) && unserved(trace, this.#port).length === 0;
    await this.receiver.waitFor(traceId, isWhole, SERVED_TIMEOUT_MS).catch(() => {});
    return this.receiver.waitFor(traceId, isComplete, timeoutMs);
  }
}

/** Calls of the service on this port that have no span of it below them. */
function unserved(trace: readonly ReceivedSpan[], port: number): ReceivedSpan[] {
  const parents = new Set(trace.map(({ parentSpanId }) => parentSpanId));
  return trace.filter(
    ({ kind, spanId, attributes }) =>
      kind === 'client' && attributes['server.port'] === port && !parents.has(spanId),
  );
}
