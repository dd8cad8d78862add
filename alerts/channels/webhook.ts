/**
 * Channel `webhook`: messages in the form of Standard Webhooks, signed with HMAC-SHA256.
 *
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
import { createHmac } from 'node:crypto';
import type { SecretProvider } from '../../core/http/secrets';
import type { WebhookChannel } from '../config/types';
import type { AlertPayload } from '../payload';
import type { ChannelRequest } from './post';
import { reveal, revealAddress, revealHeader, SecretError } from './secrets';

const PREFIX = 'whsec_';
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
const MIN_KEY_BYTES = 24;
const MAX_KEY_BYTES = 64;

/**
 * Returns the signed request that delivers the message.
 *
 * @param id id of the message, the same for every attempt
 * @throws {SecretError} if a secret cannot be read, or is not a signing key
 */
export async function webhookRequest(
  channel: WebhookChannel,
  id: string,
  payload: AlertPayload,
  secrets: SecretProvider,
  nowMs: number,
): Promise<ChannelRequest> {
  const body = JSON.stringify(payload);
  const timestamp = String(Math.floor(nowMs / 1_000));
  const headers = Object.entries(channel.headers ?? {});
  // At the same time, so that the time limit of one secret holds for all of them.
  const [key, url, ...revealed] = await Promise.all([
    reveal(channel.secret, secrets).then((value) => signingKey(channel.secret.secret, value)),
    revealAddress(channel.url, secrets),
    ...headers.map(
      async ([name, value]) => [name.toLowerCase(), await revealHeader(value, secrets)] as const,
    ),
  ]);
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return {
    url,
    headers: {
      ...Object.fromEntries(revealed),
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,${signature}`,
    },
    body,
  };
}

function signingKey(name: string, value: string): Buffer {
  const encoded = value.startsWith(PREFIX) ? value.slice(PREFIX.length) : value;
  const key = Buffer.from(encoded, 'base64');
  if (BASE64.test(encoded) && key.length >= MIN_KEY_BYTES && key.length <= MAX_KEY_BYTES) return key;
  throw new SecretError(
    `secret "${name}": expected Base64 of ${MIN_KEY_BYTES} to ${MAX_KEY_BYTES} bytes, with or without ${PREFIX} before it, got something else`,
  );
}
