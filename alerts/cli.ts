/**
 * `temporal-job-tracing watch`: watches the jobs of its namespaces and sends alerts, until SIGTERM or Ctrl-C.
 */
import { parseArgs } from 'node:util';
import { NativeConnection } from '@temporalio/worker';
import { CONNECTION_FLAGS, CONNECTION_USAGE, connectionFlags } from '../client/connection-flags';
import { connectionProblem } from '../client/connection-problem';
import { connectionSettings } from '../client/connection-settings';
import { checkAlerts } from './check-alerts';
import { checkSecrets } from './check-secrets';
import { loadAlerts } from './config/load';
import { type AlertsModule, loadAlertsModule } from './load-module';
import { removeAlerts } from './remove-alerts';
import { type JobWatcher, type JobWatcherOptions, startJobWatcher } from './start';

const WATCH_USAGE = `Usage: temporal-job-tracing watch --config <file.json> [options]

  --config <file.json>      channels and rules; reloaded when the file changes
  --module <module>         module that exports redact, secrets or dataConverter, the options of startJobWatcher
  --check                   check configuration, connection and channels (each gets a test message), then exit
  --remove                  terminate the watcher and all incidents of the namespace, then exit

${CONNECTION_USAGE}`;

/** The command's options, for Node's `parseArgs`. */
export const WATCH_FLAGS = {
  config: { type: 'string' },
  module: { type: 'string' },
  check: { type: 'boolean' },
  remove: { type: 'boolean' },
  ...CONNECTION_FLAGS,
  help: { type: 'boolean', short: 'h' },
} as const;

type Flags = ReturnType<typeof parseFlags>;

/** An error that the user can fix; its message names the fix, and is printed without a stack. */
class WatchError extends Error {
  override readonly name: string = 'WatchError';
}

/** Arguments that the command does not take. */
class WatchUsageError extends WatchError {
  override readonly name = 'WatchUsageError';
}

/**
 * Runs the command; resolves when it has ended. Rejects with a `WatchError` for errors that the user can fix.
 */
export async function runWatch(args: readonly string[]): Promise<void> {
  const flags = parseFlags(args);
  if (flags.help) {
    console.log(WATCH_USAGE);
    return;
  }
  const { config } = flags;
  if (config === undefined && !flags.remove)
    throw new WatchUsageError(`--config: expected the path of a JSON file\n\n${WATCH_USAGE}`);
  if (flags.check && flags.remove)
    throw new WatchUsageError(`expected only one of --check and --remove, got both\n\n${WATCH_USAGE}`);
  const { connectionOptions, namespace = 'default' } = settingsOf(flags);
  const namespaces = [...new Set(flags.namespace ?? [namespace])];
  const module = await loadModule(flags.module);
  // Before the connection, which may take seconds to fail.
  if (config !== undefined && !flags.remove)
    await asWatchError('--config', async () => {
      const resolved = await loadAlerts(config);
      // `--check` lists them with all other problems.
      if (!flags.check) await checkSecrets(resolved, module.secrets);
    });
  const connection = await connect(connectionOptions);
  try {
    if (config === undefined || flags.remove) {
      for (const name of namespaces) await remove(connection, name);
      return;
    }
    const options = { connection, config, ...module };
    if (flags.check) await check(namespaces, options);
    else await watch(namespaces, options);
  } finally {
    await connection.close();
  }
}

async function connect(
  settings: ReturnType<typeof settingsOf>['connectionOptions'],
): Promise<NativeConnection> {
  try {
    return await NativeConnection.connect(settings as Parameters<typeof NativeConnection.connect>[0]);
  } catch (error) {
    throw new WatchError(`Temporal at ${settings.address}: ${connectionProblem(error)}`, { cause: error });
  }
}

async function watch(namespaces: readonly string[], options: JobWatcherOptions): Promise<void> {
  const watchers: JobWatcher[] = [];
  try {
    for (const namespace of namespaces)
      watchers.push(await asWatchError(namespace, () => startJobWatcher({ ...options, namespace })));
    console.log(`Watching ${namespaces.join(', ')}. Press Ctrl-C to stop.`);
    const stopped = new Promise<void>((stop) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop());
    });
    await asWatchError('watch', () => Promise.race([stopped, ...watchers.map(({ closed }) => closed)]));
  } finally {
    // Also after an error, since the connection cannot be closed while a watcher uses it.
    await Promise.all(watchers.map((watcher) => watcher.close()));
  }
}

async function check(namespaces: readonly string[], options: JobWatcherOptions): Promise<void> {
  const failed: string[] = [];
  for (const namespace of namespaces) {
    const { done, problems } = await asWatchError('--check', () => checkAlerts({ ...options, namespace }));
    for (const line of done) console.log(`ok      ${line}`);
    failed.push(...problems.map((line) => `FAILED  ${line}`));
  }
  if (failed.length > 0) throw new WatchError(failed.join('\n'));
}

async function remove(connection: NativeConnection, namespace: string): Promise<void> {
  const ended = await asWatchError('--remove', () => removeAlerts(connection, namespace));
  console.log(`${namespace}: terminated ${ended} alert workflows`);
}

async function loadModule(path: string | undefined): Promise<AlertsModule> {
  try {
    return await loadAlertsModule('--module', path);
  } catch (error) {
    throw new WatchError((error as Error).message, { cause: error });
  }
}

function settingsOf(flags: Flags): ReturnType<typeof connectionSettings> {
  try {
    return connectionSettings(connectionFlags(flags));
  } catch (error) {
    throw new WatchError((error as Error).message, { cause: error });
  }
}

function parseFlags(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: WATCH_FLAGS }).values;
  } catch (error) {
    throw new WatchUsageError(`${(error as Error).message}\n\n${WATCH_USAGE}`, { cause: error });
  }
}

/** Runs the call; its error becomes a `WatchError` with the label before the message. */
async function asWatchError<T>(label: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw new WatchError(`${label}: ${(error as Error).message}`, { cause: error });
  }
}
