/**
 * Starts a watcher in this process: its workflow, unless it runs already, and a worker for the watcher and
 * the incidents.
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
import { createEdgeLog } from '../core/util/edge-log';
import { checkNames, optionError } from '../core/util/option-error';
import { suppressed } from '../core/util/suppressed';
import { environmentSecrets } from './channels/secrets';
import { checkNamespace } from './check-namespace';
import { checkSecrets } from './check-secrets';
import { loadAlerts } from './config/load';
import type { JobAlertsConfig, ResolvedAlerts } from './config/types';
import { ALERTS_TASK_QUEUE, AlertWorkflow, WATCHER_ID, WatcherMessage } from './names';
import { WatcherProcess } from './process/watcher-process';
import type { WatcherStatus } from './workflows/watcher-messages';

/** Options of {@link startJobWatcher}. */
export interface JobWatcherOptions {
  readonly connection: NativeConnection;
  /** Namespace of the jobs. @default 'default' */
  readonly namespace?: string;
  /** The configuration, or the path of a JSON file, which is reloaded when it changes. */
  readonly config: JobAlertsConfig | string;
  /** Data converter of the jobs' workers, to decode errors and memos. @default none */
  readonly dataConverter?: DataConverter;
  /** Removes sensitive text from error messages. @default messages are not changed */
  readonly redact?: (text: string) => string;
  /**
   * Provides the values of secrets, referred to by `{ "secret": "NAME" }`.
   *
   * @default environment variables: `NAME`, or the file whose path is in `NAME_FILE`
   */
  readonly secrets?: SecretProvider;
  /** Logger of the watcher. @default the Temporal runtime's */
  readonly logger?: Pick<Logger, 'info' | 'warn'>;
}

/** A running watcher in this process. */
export interface JobWatcher {
  /** Queries the status of the namespace's watcher. */
  status(): Promise<WatcherStatus>;
  /**
   * Stops watching in this process; other processes go on, and a later one continues where it left off. May
   * be called twice.
   */
  close(): Promise<void>;
  /** Resolves after {@link close}; rejects if the watcher fails or its workflow has ended. */
  readonly closed: Promise<void>;
}

const RELOAD_MS = 5_000;

const OPTION_NAMES = [
  'connection',
  'namespace',
  'config',
  'dataConverter',
  'redact',
  'secrets',
  'logger',
] as const satisfies readonly (keyof JobWatcherOptions)[];

/**
 * Watches the jobs of a namespace and sends alerts as configured.
 *
 * @throws {OptionError} if an option or the configuration is invalid, or a secret or the namespace is missing
 */
export async function startJobWatcher(options: JobWatcherOptions): Promise<JobWatcher> {
  checkOptions(options);
  const config = await loadAlerts(options.config);
  await checkSecrets(config, options.secrets);
  const running = new RunningWatcher(options);
  await suppressed(() => running.begin(config));
  return Object.freeze({
    status: () => running.status(),
    close: () => suppressed(() => running.close()),
    closed: running.closed,
  });
}

function checkOptions(options: JobWatcherOptions): void {
  const subject = 'startJobWatcher';
  checkNames(subject, options, OPTION_NAMES);
  for (const name of ['redact', 'secrets'] as const) {
    const value: unknown = options[name];
    if (value !== undefined && typeof value !== 'function')
      throw optionError(subject, name, 'a function', value);
  }
}

class RunningWatcher {
  readonly closed: Promise<void>;
  readonly #options: JobWatcherOptions;
  readonly #client: Client;
  readonly #log: Pick<Logger, 'info' | 'warn'>;
  #settle: { resolve: () => void; reject: (error: Error) => void } | undefined;
  /** The work in progress, with the hash of its configuration. */
  #current: { process: WatcherProcess; worker: Worker; ended: Promise<void>; hash: string } | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** The reload in progress, or the last one. */
  #reloading: Promise<void> | undefined;
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
    // Prevents an unhandled rejection if the caller does not use `closed`.
    this.closed.catch(() => {});
  }

  async begin(config: ResolvedAlerts): Promise<void> {
    await checkNamespace(this.#client);
    await this.#startWorker(config);
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
    if (typeof this.#options.config === 'string') this.#reloadLater();
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
    // A worker that it is replacing still uses the connection.
    await this.#reloading;
    await this.#stopWorker();
    if (error) this.#settle?.reject(error);
    else this.#settle?.resolve();
  }

  async #startWorker(config: ResolvedAlerts): Promise<void> {
    const {
      connection,
      dataConverter,
      redact = (text) => text,
      secrets = environmentSecrets(process.env),
    } = this.#options;
    const part = new WatcherProcess({ client: this.#client, config, secrets, redact, log: this.#log });
    // Only those that may be over soon: others were errors.
    for (const { text } of await part.channels.problems())
      this.#log.warn(`temporal-job-tracing: alerts: ${text}`);
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
    this.#current = { process: part, worker, ended, hash: config.hash };
    ended.then(
      () => {},
      (error: Error) => void this.close(error),
    );
  }

  /** Stops the worker and the checks of the current configuration. */
  async #stopWorker(): Promise<void> {
    const part = this.#current;
    this.#current = undefined;
    if (part === undefined) return;
    part.process.close();
    if (part.worker.getState() === 'RUNNING') part.worker.shutdown();
    await part.ended.catch(() => {});
  }

  /** Checks every few seconds whether the file has changed. */
  #reloadLater(): void {
    const log = createEdgeLog(this.#log);
    const reload = async () => {
      const config = await this.#readConfig().catch(({ message }: Error) => {
        log.begin('config', `${message}; the previous configuration stays in use`, message);
        return undefined;
      });
      if (config !== undefined) {
        log.end('config', 'alerts: the configuration is valid again');
        await this.#change(config).catch(({ message }: Error) => {
          log.begin('worker', `alerts: not watching, tried again in seconds: ${message}`, message);
        });
        if (this.#current !== undefined) log.end('worker', 'alerts: watching again');
      }
      later();
    };
    const later = () => {
      if (this.#isClosing) return;
      const begin = () => {
        this.#reloading = reload();
      };
      this.#timer = setTimeout(begin, RELOAD_MS).unref();
    };
    later();
  }

  /** Returns the configuration that is to be used, after checking its secrets if it has changed. */
  async #readConfig(): Promise<ResolvedAlerts> {
    const config = await loadAlerts(this.#options.config);
    if (this.#current?.hash !== config.hash) await checkSecrets(config, this.#options.secrets);
    return config;
  }

  async #change(config: ResolvedAlerts): Promise<void> {
    if (this.#current?.hash === config.hash || this.#isClosing) return;
    // A connection allows one worker for each task queue, so the next one starts when this one has stopped.
    await this.#stopWorker();
    if (this.#isClosing) return;
    await this.#startWorker(config);
    this.#log.info(`temporal-job-tracing: alerts: configuration ${config.hash} is now in use`);
  }
}

const bundles = new Map<string, ReturnType<typeof bundleWorkflowCode>>();

/** Returns the bundle of the alert workflows, built once for each payload converter. */
function bundleOf(dataConverter: DataConverter | undefined): ReturnType<typeof bundleWorkflowCode> {
  const { payloadConverterPath, failureConverterPath } = dataConverter ?? {};
  const key = JSON.stringify([payloadConverterPath, failureConverterPath]);
  const made = bundles.get(key);
  if (made !== undefined) return made;
  const bundle = bundleWorkflowCode({
    workflowsPath: require.resolve('./workflows'),
    ...(payloadConverterPath !== undefined && { payloadConverterPath }),
    ...(failureConverterPath !== undefined && { failureConverterPath }),
    // Hides the bundler's messages about its success.
    logger: new DefaultLogger('WARN'),
  });
  bundles.set(key, bundle);
  return bundle;
}
