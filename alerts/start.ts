/**
 * Starts a watcher in this process: its workflow if it is not there, and a worker for watcher and incidents.
 */
import { Client } from '@temporalio/client';
import type { DataConverter, Logger } from '@temporalio/common';
import {
  bundleWorkflowCode,
  DefaultLogger,
  type NativeConnection,
  Runtime,
  Worker,
} from '@temporalio/worker';
import { withinTimeout } from '../client/listing';
import type { SecretProvider } from '../core/http/secrets';
import { suppressed } from '../core/util/suppressed';
import { environmentSecrets } from './channels/secrets';
import { loadAlerts } from './config/load';
import type { JobAlertsConfig, ResolvedAlerts } from './config/types';
import { ALERTS_TASK_QUEUE, AlertWorkflow, WATCHER_ID, WatcherMessage } from './names';
import { WatcherProcess } from './process/watcher-process';
import type { WatcherStatus } from './workflows/watcher-messages';

/** Options of {@link startJobWatcher}. */
export interface JobWatcherOptions {
  readonly connection: NativeConnection;
  /** @default 'default' */
  readonly namespace?: string;
  /** The configuration, or the path of a JSON file, which is read again when it changes. */
  readonly config: JobAlertsConfig | string;
  /** As the workers' of the jobs have it: errors and memos are decoded with it. @default none */
  readonly dataConverter?: DataConverter;
  /** Takes out of messages of errors what must not be told. @default nothing is taken out */
  readonly redact?: (text: string) => string;
  /** Values of `{ "secret": "NAME" }`. @default the environment: the variable, or the file that `NAME_FILE` names */
  readonly secrets?: SecretProvider;
  /** @default the Temporal runtime's */
  readonly logger?: Pick<Logger, 'info' | 'warn'>;
}

/** A watcher at work in this process. */
export interface JobWatcher {
  /** What the watcher of the namespace knows about itself. */
  status(): Promise<WatcherStatus>;
  /** Stops this process's part; the watcher goes on in other processes, or later. May be called twice. */
  close(): Promise<void>;
  /** Resolves after {@link close}; rejects if the watcher cannot go on, or was ended. */
  readonly closed: Promise<void>;
}

const RELOAD_MS = 5_000;

/**
 * Watches the jobs of a namespace, and tells what its configuration says.
 *
 * @throws {OptionError} that names what is wrong with the configuration
 */
export async function startJobWatcher(options: JobWatcherOptions): Promise<JobWatcher> {
  const config = await loadAlerts(options.config);
  const running = new RunningWatcher(options);
  await suppressed(() => running.begin(config));
  return Object.freeze({
    status: () => running.status(),
    close: () => suppressed(() => running.close()),
    closed: running.closed,
  });
}

class RunningWatcher {
  readonly closed: Promise<void>;
  readonly #options: JobWatcherOptions;
  readonly #client: Client;
  readonly #log: Pick<Logger, 'info' | 'warn'>;
  #settle: { resolve: () => void; reject: (error: Error) => void } | undefined;
  #hash = '';
  #part: { process: WatcherProcess; worker: Worker; ended: Promise<void> } | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isClosing = false;
  #closing: Promise<void> | undefined;

  constructor(options: JobWatcherOptions) {
    const { connection, namespace = 'default', dataConverter, logger } = options;
    this.#options = options;
    this.#client = new Client({ connection, namespace, ...(dataConverter && { dataConverter }) });
    this.#log = logger ?? Runtime.instance().logger;
    this.closed = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    // Whoever does not look at it must not be killed by it.
    this.closed.catch(() => {});
  }

  async begin(config: ResolvedAlerts): Promise<void> {
    await this.#work(config);
    try {
      await withinTimeout(this.#client, () =>
        this.#client.workflow.start(AlertWorkflow.watcher, {
          workflowId: WATCHER_ID,
          taskQueue: ALERTS_TASK_QUEUE,
          workflowIdConflictPolicy: 'USE_EXISTING',
        }),
      );
    } catch (error) {
      await this.close();
      throw error;
    }
    if (typeof this.#options.config === 'string') this.#reloadLater(this.#options.config);
  }

  async status(): Promise<WatcherStatus> {
    return withinTimeout(this.#client, () =>
      this.#client.workflow.getHandle(WATCHER_ID).query<WatcherStatus>(WatcherMessage.status),
    );
  }

  close(error?: Error): Promise<void> {
    this.#isClosing = true;
    this.#closing ??= this.#close(error);
    return this.#closing;
  }

  async #close(error: Error | undefined): Promise<void> {
    clearTimeout(this.#timer);
    await this.#rest();
    if (error) this.#settle?.reject(error);
    else this.#settle?.resolve();
  }

  async #work(config: ResolvedAlerts): Promise<void> {
    const {
      connection,
      dataConverter,
      redact = (text) => text,
      secrets = environmentSecrets(process.env),
    } = this.#options;
    const part = new WatcherProcess({ client: this.#client, config, secrets, redact, log: this.#log });
    for (const problem of await part.channels.problems())
      this.#log.warn(`temporal-job-tracing: alerts: ${problem}`);
    const worker = await Worker.create({
      connection,
      namespace: this.#client.options.namespace,
      taskQueue: ALERTS_TASK_QUEUE,
      identity: part.identity,
      workflowBundle: await bundleOf(dataConverter),
      activities: { ...part.activities },
      ...(dataConverter && { dataConverter }),
      maxHeartbeatThrottleInterval: '5 seconds',
      shutdownGraceTime: '1 second',
      shutdownForceTime: '20 seconds',
    });
    part.start((error) => void this.close(error));
    const ended = worker.run();
    this.#part = { process: part, worker, ended };
    this.#hash = config.hash;
    ended.then(
      () => {},
      (error: Error) => void this.close(error),
    );
  }

  /** Stops what works with the present configuration. */
  async #rest(): Promise<void> {
    const part = this.#part;
    this.#part = undefined;
    if (part === undefined) return;
    part.process.close();
    if (part.worker.getState() === 'RUNNING') part.worker.shutdown();
    await part.ended.catch(() => {});
  }

  /** Looks every few seconds whether the file has changed. */
  #reloadLater(path: string): void {
    let problem = '';
    const reload = async () => {
      try {
        const config = await loadAlerts(path);
        problem = '';
        if (config.hash !== this.#hash && !this.#isClosing) await this.#change(config);
      } catch (error) {
        const { message } = error as Error;
        if (message !== problem)
          this.#log.warn(`temporal-job-tracing: ${message}; the configuration before holds`);
        problem = message;
      }
      if (!this.#isClosing) this.#timer = setTimeout(reload, RELOAD_MS).unref();
    };
    this.#timer = setTimeout(reload, RELOAD_MS).unref();
  }

  async #change(config: ResolvedAlerts): Promise<void> {
    // One worker a task queue on a connection: the other begins when this one has stopped.
    await this.#rest();
    await this.#work(config);
    if (this.#isClosing) await this.#rest();
    this.#log.info(`temporal-job-tracing: alerts: configuration ${config.hash} holds from now on`);
  }
}

const bundles = new Map<string, ReturnType<typeof bundleWorkflowCode>>();

/** The workflows' bundle, made once for each payload converter. */
function bundleOf(dataConverter: DataConverter | undefined): ReturnType<typeof bundleWorkflowCode> {
  const { payloadConverterPath, failureConverterPath } = dataConverter ?? {};
  const key = JSON.stringify([payloadConverterPath, failureConverterPath]);
  const made = bundles.get(key);
  if (made !== undefined) return made;
  const bundle = bundleWorkflowCode({
    workflowsPath: require.resolve('./workflows'),
    ...(payloadConverterPath !== undefined && { payloadConverterPath }),
    ...(failureConverterPath !== undefined && { failureConverterPath }),
    // What the bundler tells of its success is nobody's news.
    logger: new DefaultLogger('WARN'),
  });
  bundles.set(key, bundle);
  return bundle;
}
