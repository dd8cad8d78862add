/**
 * The channels of a configuration. Sends a message to one of them, and remembers the channels whose receivers
 * answered 410 Gone.
 */
import type { SecretProvider } from '../../core/http/secrets';
import { defined } from '../../core/util/defined';
import { buildPayload } from '../build-payload';
import type { AlertChannel, ResolvedAlerts } from '../config/types';
import type { AlertMessage, Subject } from '../incident/message';
import type { AlertPayload } from '../payload';
import { type ChannelRequest, type PostResult, post } from './post';
import { revealAddress, SecretError, SecretUnavailableError } from './secrets';
import { slackRequest } from './slack';
import { webhookRequest } from './webhook';

/** A problem with a secret that the configuration names. */
export interface SecretProblem {
  /** One line with the path in the configuration, the secret's name and what is wrong. */
  readonly text: string;
  /** The channel that needs the secret; left out for others. */
  readonly channel?: string;
  /** False if the provider of secrets failed or did not answer, so that a later call may succeed. */
  readonly isLasting: boolean;
}

export class Channels {
  readonly #namespace: string;
  readonly #config: ResolvedAlerts;
  readonly #secrets: SecretProvider;
  readonly #stopped = new Map<string, string>();

  constructor(namespace: string, config: ResolvedAlerts, secrets: SecretProvider) {
    this.#namespace = namespace;
    this.#config = config;
    this.#secrets = secrets;
  }

  get names(): readonly string[] {
    return [...this.#config.channels.keys()];
  }

  /** Names of the channels whose receivers answered 410 Gone. */
  get stopped(): readonly string[] {
    return [...this.#stopped.keys()];
  }

  /** Sends the message once. Never throws. */
  async send(name: string, subject: Subject, message: AlertMessage): Promise<PostResult> {
    const channel = this.#config.channels.get(name);
    if (channel === undefined)
      return { kind: 'unknown', why: `there is no channel ${name} in the configuration` };
    const stopped = this.#stopped.get(name);
    if (stopped !== undefined) return { kind: 'refused', why: `the channel was stopped: ${stopped}` };
    const payload = buildPayload(this.#namespace, subject, message, this.#config);
    let request: ChannelRequest;
    try {
      request = await this.#request(channel, message.id, payload);
    } catch (error) {
      // Worth a retry: the secret may be set in the meantime.
      return {
        kind: 'retry',
        why: error instanceof SecretError ? error.message : 'the message could not be built',
      };
    }
    const result = await post(request);
    if (result.kind === 'gone') this.#stopped.set(name, result.why);
    return result;
  }

  /** Returns the problems with the secrets that the configuration names. */
  async problems(): Promise<readonly SecretProblem[]> {
    const { channels, heartbeatUrl } = this.#config;
    // At the same time, since each secret has a time limit.
    const found = await Promise.all([
      ...Array.from(channels, ([name, channel]) =>
        problemOf(`channels.${name}`, this.#request(channel, 'msg_check', EMPTY), name),
      ),
      ...(heartbeatUrl === undefined
        ? []
        : [problemOf('heartbeatUrl', revealAddress(heartbeatUrl, this.#secrets))]),
    ]);
    return found.flat();
  }

  #request(channel: AlertChannel, id: string, payload: AlertPayload): Promise<ChannelRequest> {
    switch (channel.type) {
      case 'webhook':
        return webhookRequest(channel, id, payload, this.#secrets, Date.now());
      case 'slack':
        return slackRequest(channel, payload, this.#secrets);
    }
  }
}

async function problemOf(
  path: string,
  read: Promise<unknown>,
  channel?: string,
): Promise<readonly SecretProblem[]> {
  try {
    await read;
    return [];
  } catch (error) {
    const text = `${path}: ${(error as Error).message}`;
    return [defined({ text, channel, isLasting: !(error instanceof SecretUnavailableError) })];
  }
}

const EMPTY: AlertPayload = Object.freeze({
  type: 'watcher.test',
  timestamp: '1970-01-01T00:00:00.000Z',
  data: Object.freeze({ state: 'open', namespace: '', text: '', since: '1970-01-01T00:00:00.000Z' }),
});
