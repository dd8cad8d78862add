/**
 * Fetches the secrets that headers name, just before the request; they are not kept after it.
 */

import { permanent, temporary } from './failures';
import type { SecretHeader } from './types';

/** Returns the value of the named secret; `undefined` if there is none. A rejected promise is retried. */
export type SecretProvider = (name: string) => string | undefined | Promise<string | undefined>;

/** Shortest secret, in characters: a shorter one could not be redacted, since it looks like ordinary text. */
const MIN_SECRET_LENGTH = 8;
/** Matches valid header values: https://www.rfc-editor.org/rfc/rfc9110#name-field-values */
const PRINTABLE = /^[\x20-\x7e]+$/;

/** Headers with the values of their secrets. */
export interface ResolvedHeaders {
  /** Header values, by name in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  /** Names of the headers that contain a secret. */
  readonly withSecret: ReadonlySet<string>;
  /** Values of the secrets, by the secret's name. */
  readonly secrets: ReadonlyMap<string, string>;
}

/**
 * Replaces secrets in headers by their values.
 *
 * @throws {ApplicationFailure} that names the secret and never contains its value
 */
export async function resolveHeaders(
  written: Readonly<Record<string, string | SecretHeader>>,
  provider: SecretProvider | undefined,
): Promise<ResolvedHeaders> {
  const headers = new Map<string, string>();
  const secrets = new Map<string, string>();
  const withSecret = new Set<string>();
  for (const [name, value] of Object.entries(written)) {
    const lower = name.toLowerCase();
    if (typeof value === 'string') {
      headers.set(lower, value);
      continue;
    }
    const { secret, prefix = '' } = value;
    const fetched = secrets.get(secret) ?? (await fetchSecret(secret, provider));
    secrets.set(secret, fetched);
    withSecret.add(lower);
    headers.set(lower, prefix + fetched);
  }
  return { headers, withSecret, secrets };
}

async function fetchSecret(name: string, provider: SecretProvider | undefined): Promise<string> {
  if (provider === undefined) {
    throw permanent(
      'HttpSecret',
      `secret "${name}": this worker has no provider of secrets; write createHttpActivities({ secrets })`,
    );
  }
  let value: unknown;
  try {
    value = await Promise.resolve(provider(name));
  } catch (error) {
    // The provider's message is not used: it might contain a secret.
    const kind = error instanceof Error ? error.name : typeof error;
    throw temporary('HttpSecretUnavailable', `secret "${name}": the provider of secrets failed (${kind})`);
  }
  if (value === undefined) {
    throw permanent('HttpSecret', `secret "${name}": this worker's provider of secrets does not have it`);
  }
  if (typeof value !== 'string' || value.length < MIN_SECRET_LENGTH || !PRINTABLE.test(value)) {
    throw permanent(
      'HttpSecret',
      `secret "${name}": expected at least ${MIN_SECRET_LENGTH} characters, all of them printable ASCII, got something else from the provider of secrets`,
    );
  }
  return value;
}
