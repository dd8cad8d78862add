/**
 * Watchers in the console's own process (`--alerts`), one for each namespace. They retry until Temporal
 * answers, so the console starts without it.
 *
 * Loads the Temporal worker, which a console without alerts does not need.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { DataConverter } from '@temporalio/common';
import { NativeConnection } from '@temporalio/worker';
import { checkSecrets } from '../../alerts/check-secrets';
import { loadAlerts } from '../../alerts/config/load';
import { type AlertsModule, loadAlertsModule } from '../../alerts/load-module';
import { type JobWatcher, startJobWatcher } from '../../alerts/start';
import { connectionProblem } from '../../client/connection-problem';
import { connectionSettings } from '../../client/connection-settings';
import { ConsoleError } from '../console-error';
import type { TemporalOptions } from '../temporal/connection';

export interface WatchersOptions {
  /** Path of the alert configuration. */
  readonly config: string;
  /** Path of a module that exports `redact` and `secrets`. */
  readonly module: string | undefined;
  readonly temporal: TemporalOptions;
  readonly dataConverter: DataConverter | undefined;
  readonly namespaces: readonly string[];
  /** Called when a problem has begun or ended. */
  readonly onChange: () => void;
}

const AGAIN_MS = 10_000;
const CLOSE_TIMEOUT_MS = 3_000;

/** Starts the watchers. Rejects with a {@link ConsoleError} if the configuration, a secret or the module is invalid. */
export async function startWatchers(options: WatchersOptions): Promise<Watchers> {
  try {
    const module = await loadAlertsModule('--alerts-module', options.module);
    await checkSecrets(await loadAlerts(options.config), module.secrets);
    return new Watchers(options, module);
  } catch (error) {
    throw new ConsoleError(`--alerts: ${(error as Error).message}`, { cause: error });
  }
}

export class Watchers {
  readonly #options: WatchersOptions;
  readonly #module: AlertsModule;
  readonly #problems = new Map<string, string>();
  readonly #stopping = new AbortController();
  readonly #running: Promise<unknown>;

  constructor(options: WatchersOptions, module: AlertsModule) {
    this.#options = options;
    this.#module = module;
    this.#running = Promise.all(options.namespaces.map((namespace) => this.#keep(namespace)));
  }

  /** Why this process does not watch the namespace; `undefined` while it does. */
  problem(namespace: string): string | undefined {
    return this.#problems.get(namespace);
  }

  /** Stops the watchers within seconds. May be called twice. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.race([this.#running, sleep(CLOSE_TIMEOUT_MS, undefined, { ref: false })]);
  }

  /** Watches the namespace, and retries after an error unless the watcher's workflow has ended. */
  async #keep(namespace: string): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const watched = await this.#watch(namespace).catch((error: Error) => error);
      if (watched === undefined) return;
      const isEnded = watched.name === 'WatcherEndedError';
      this.#setProblem(
        namespace,
        isEnded
          ? `This console no longer watches namespace ${namespace}: ${watched.message}. Restart the console to watch again.`
          : `This console cannot watch namespace ${namespace}, and retries: ${watched.message}`,
      );
      if (isEnded) return;
      await sleep(AGAIN_MS, undefined, { signal, ref: false }).catch(() => {});
    }
  }

  /** Watches once; resolves when the watcher has been stopped. */
  async #watch(namespace: string): Promise<void> {
    const { config, temporal, dataConverter } = this.#options;
    const { connectionOptions } = connectionSettings(temporal);
    const connection = await NativeConnection.connect(
      connectionOptions as Parameters<typeof NativeConnection.connect>[0],
    ).catch((error: unknown) => {
      const { address } = connectionOptions;
      throw new Error(`Temporal at ${address}: ${connectionProblem(error)}`, { cause: error });
    });
    try {
      const options = { ...(dataConverter && { dataConverter }), ...this.#module };
      const watcher = await startJobWatcher({ connection, namespace, config, ...options });
      this.#setProblem(namespace, undefined);
      await this.#untilStopped(watcher);
    } finally {
      await connection.close();
    }
  }

  async #untilStopped(watcher: JobWatcher): Promise<void> {
    const { signal } = this.#stopping;
    const stop = () => void watcher.close();
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
    try {
      await watcher.closed;
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  #setProblem(namespace: string, problem: string | undefined): void {
    if (problem === this.#problems.get(namespace)) return;
    if (problem === undefined) this.#problems.delete(namespace);
    else this.#problems.set(namespace, problem);
    this.#options.onChange();
  }
}
