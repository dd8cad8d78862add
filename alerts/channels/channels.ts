/**
 * The channels of a configuration. Sends a message to one of them, and remembers the channels whose receivers
 * answered 410 Gone.
 */
import type { SecretProvider } from '../../core/http/secrets';
import { buildPayload } from '../build-payload';
import type { AlertChannel, ResolvedAlerts } from '../config/types';
import type { AlertMessage, Subject } from '../incident/message';
import type { AlertPayload } from '../payload';
import { type ChannelRequest, type PostResult, post } from './post';
import { reveal, SecretError } from './secrets';
import { slackRequest } from './slack';
import { webhookRequest } from './webhook';

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
      return { kind: 'refused', why: `there is no channel ${name} in the configuration` };
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

  /**
   * Checks that the channels' secrets can be read and their addresses are valid; returns a line for each
   * problem.
   */
  async problems(): Promise<readonly string[]> {
    const { channels, heartbeatUrl } = this.#config;
    const problems: string[] = [];
    const check = async (name: string, made: () => Promise<{ readonly url: string }>) => {
      try {
        const { url } = await made();
        if (!/^https?:\/\//i.test(url) || !URL.canParse(url))
          problems.push(`${name}: expected an http or https address, got something else`);
      } catch (error) {
        problems.push(`${name}: ${(error as Error).message}`);
      }
    };
    for (const [name, channel] of channels)
      await check(`channels.${name}`, () => this.#request(channel, 'msg_check', EMPTY));
    if (heartbeatUrl !== undefined)
      await check('heartbeatUrl', async () => ({ url: await reveal(heartbeatUrl, this.#secrets) }));
    return problems;
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

const EMPTY: AlertPayload = Object.freeze({
  type: 'watcher.test',
  timestamp: '1970-01-01T00:00:00.000Z',
  data: Object.freeze({ state: 'open', namespace: '', text: '', since: '1970-01-01T00:00:00.000Z' }),
});
