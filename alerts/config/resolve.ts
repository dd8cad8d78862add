/**
 * Checks the whole configuration when a watcher starts, so that nothing in it is silently ignored.
 */
import { createHash } from 'node:crypto';
import { compileTraceUrl, type TraceUrlOption } from '../../core/trace-url-option';
import { isPlainObject } from '../../core/util/option-error';
import {
  configError,
  hiddenError,
  readHeaders,
  readInteger,
  readObject,
  readSecret,
  readUrl,
  readUrlOrSecret,
  shape,
} from './check';
import { resolveRules } from './rule';
import type { AlertChannel, JobAlertsConfig, ResolvedAlerts } from './types';

const DEFAULT_POLL_MS = 5_000;
const MIN_POLL_MS = 1_000;
const MAX_POLL_MS = 60_000;
/** Valid channel names; they appear in messages and in `status`. */
const CHANNEL_NAME = /^[\w.-]{1,64}$/;
const HASH_DIGITS = 16;

const CONFIG_KEYS = [
  'channels',
  'default',
  'jobs',
  'consoleUrl',
  'webUiUrl',
  'traceUrl',
  'heartbeatUrl',
  'pollIntervalMs',
] as const satisfies readonly (keyof JobAlertsConfig)[];

/**
 * Checks the configuration and fills in all defaults.
 *
 * @throws {OptionError} if a value is invalid; the error never contains a secret
 */
export function resolveAlerts(config: unknown): ResolvedAlerts {
  if (!isPlainObject(config)) throw hiddenError('configuration', "an object with 'channels'", shape(config));
  const written = readObject('configuration', 'an object', CONFIG_KEYS, config);
  const channels = readChannels(written.channels);
  const { consoleUrl, webUiUrl, traceUrl, heartbeatUrl, pollIntervalMs = DEFAULT_POLL_MS } = written;
  return Object.freeze({
    channels,
    ...resolveRules(written.default, written.jobs, [...channels.keys()]),
    ...(consoleUrl !== undefined && { consoleUrl: readUrl('consoleUrl', consoleUrl) }),
    ...(webUiUrl !== undefined && { webUiUrl: readUrl('webUiUrl', webUiUrl) }),
    ...(traceUrl !== undefined && { traceUrl: readTraceUrl(traceUrl) }),
    ...(heartbeatUrl !== undefined && { heartbeatUrl: readUrlOrSecret('heartbeatUrl', heartbeatUrl) }),
    pollIntervalMs: readInteger('pollIntervalMs', MIN_POLL_MS, MAX_POLL_MS, pollIntervalMs),
    hash: createHash('sha256').update(canonical(config)).digest('hex').slice(0, HASH_DIGITS),
  });
}

function readChannels(written: unknown): ReadonlyMap<string, AlertChannel> {
  if (!isPlainObject(written) || Object.keys(written).length === 0)
    throw hiddenError('channels', 'at least one channel by name', shape(written));
  return new Map(
    Object.entries(written).map(([name, channel]) => {
      if (!CHANNEL_NAME.test(name))
        throw configError('channels', 'names of letters, digits, dots, dashes, underscores', name);
      return [name, readChannel(`channels.${name}`, channel)];
    }),
  );
}

function readChannel(path: string, written: unknown): AlertChannel {
  // The value may be a secret, such as the address of a Slack webhook.
  if (!isPlainObject(written)) throw hiddenError(path, 'an object with type and url', shape(written));
  const { type } = written;
  switch (type) {
    case 'webhook': {
      const keys = ['type', 'url', 'secret', 'headers'] as const;
      const { url, secret, headers } = readObject(path, 'a channel', keys, written);
      return Object.freeze({
        type,
        url: readUrlOrSecret(`${path}.url`, url),
        secret: readSecret(`${path}.secret`, secret),
        ...(headers !== undefined && { headers: readHeaders(`${path}.headers`, headers) }),
      });
    }
    case 'slack': {
      const { url } = readObject(path, 'a channel', ['type', 'url'] as const, written);
      return Object.freeze({ type, url: readUrlOrSecret(`${path}.url`, url) });
    }
    default:
      throw configError(`${path}.type`, "'webhook' or 'slack'", type);
  }
}

function readTraceUrl(value: unknown): string {
  return compileTraceUrl(value as TraceUrlOption, 'job alerts');
}

/** Returns the configuration as JSON with sorted keys, for its hash. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) =>
    isPlainObject(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}
