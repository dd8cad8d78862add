/**
 * Fetches the secrets that headers name, just before the request: nothing keeps them longer.
 */

import { permanent, temporary } from './failures';
import type { SecretHeader } from './types';

/** The value of the named secret; `undefined` if there is none. A rejection is tried again. */
export type SecretProvider = (name: string) => string | undefined | Promise<string | undefined>;

/** A shorter one cannot be told from ordinary text, so it could not be taken out of answers and messages. */
const MIN_SECRET_LENGTH = 8;
/** New values of headers have nothing else: https://www.rfc-editor.org/rfc/rfc9110#name-field-values */
const PRINTABLE = /^[\x20-\x7e]+$/;

export interface ResolvedHeaders {
  /** By name in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  /** Names of those that hold a secret. */
  readonly withSecret: ReadonlySet<string>;
  /** Values by name of the secret. */
  readonly secrets: ReadonlyMap<string, string>;
}

/** @throws ApplicationFailure that names the secret, and never says its value */
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
      `secret "${name}": this worker has no provider of secrets; give createHttpActivities({ secrets })`,
    );
  }
  let value: unknown;
  try {
    value = await Promise.resolve(provider(name));
  } catch (error) {
    // Its message is not ours: it may say more than it should.
    const kind = error instanceof Error ? error.name : typeof error;
    throw temporary('HttpSecretUnavailable', `secret "${name}": the provider of secrets failed (${kind})`);
  }
  if (value === undefined) {
    throw permanent('HttpSecret', `secret "${name}": not known to this worker's provider of secrets`);
  }
  if (typeof value !== 'string' || value.length < MIN_SECRET_LENGTH || !PRINTABLE.test(value)) {
    throw permanent(
      'HttpSecret',
      `secret "${name}": expected at least ${MIN_SECRET_LENGTH} characters, all of them printable ASCII, got something else from the provider of secrets`,
    );
  }
  return value;
}
