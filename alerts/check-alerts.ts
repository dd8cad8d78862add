/**
 * Checks everything that alerts depend on: the configuration, its secrets, the server, and each channel with
 * a test message.
 */
import { randomUUID } from 'node:crypto';
import { Client } from '@temporalio/client';
import { readSearchAttributes, unusableBecause } from '../client/search-attributes';
import { OptionError } from '../core/util/option-error';
import { Channels } from './channels/channels';
import { environmentSecrets } from './channels/secrets';
import { checkNamespace } from './check-namespace';
import { loadAlerts } from './config/load';
import type { JobWatcherOptions } from './start';
import { Reader } from './watch/reader';

/** Result of a check, with a line for each check that passed and for each problem. */
export interface AlertsCheck {
  readonly done: readonly string[];
  readonly problems: readonly string[];
}

/**
 * Checks the configuration, secrets, namespace and channels.
 *
 * @throws {OptionError} if the configuration is invalid
 */
export async function checkAlerts(options: JobWatcherOptions): Promise<AlertsCheck> {
  const {
    connection,
    namespace = 'default',
    dataConverter,
    secrets = environmentSecrets(process.env),
  } = options;
  const config = await loadAlerts(options.config);
  const done = [`configuration ${config.hash}`];
  const problems: string[] = [];
  const channels = new Channels(namespace, config, secrets);
  const secretProblems = await channels.problems();
  problems.push(...secretProblems.map(({ text }) => text));
  try {
    const client = new Client({ connection, namespace, ...(dataConverter && { dataConverter }) });
    await checkNamespace(client);
    const problem = unusableBecause(namespace, await readSearchAttributes(connection, namespace));
    if (problem !== undefined) problems.push(problem);
    else {
      await new Reader(client).checkVisibility();
      done.push(`namespace ${namespace} can be read`);
    }
  } catch (error) {
    const { message } = error as Error;
    problems.push(error instanceof OptionError ? message : `namespace ${namespace}: ${message}`);
  }
  const unusable = new Set(secretProblems.map(({ channel }) => channel));
  for (const name of channels.names.filter((name) => !unusable.has(name))) {
    const nowMs = Date.now();
    const message = { id: `msg_${randomUUID()}`, key: 'test', sinceMs: nowMs, queuedMs: nowMs, facts: {} };
    const sample = { ...message, type: 'watcher.test', state: 'open' } as const;
    const result = await channels.send(name, { kind: 'test', name }, sample);
    if (result.kind === 'delivered') done.push(`channel ${name} accepted a test message`);
    else problems.push(`channel ${name}: ${result.why}`);
  }
  return { done, problems };
}
