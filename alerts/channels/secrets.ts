/**
 * Secrets of channels, referred to by name. Their values never appear in a configuration, history, message or
 * log.
 */
import { readFile } from 'node:fs/promises';
import type { SecretProvider } from '../../core/http/secrets';
import { unlessAborted } from '../../core/util/unless-aborted';
import { AN_ADDRESS, addressProblem, isHeaderValue } from '../config/check';
import type { SecretReference } from '../config/types';

/** Time limit for one secret, in milliseconds. */
const TIMEOUT_MS = 10_000;

/** Thrown if a secret is missing, cannot be read, or has the wrong form. */
export class SecretError extends Error {
  override readonly name: string = 'SecretError';
}

/** Thrown if the user's provider of secrets failed or does not answer; a later call may succeed. */
export class SecretUnavailableError extends SecretError {
  override readonly name = 'SecretUnavailableError';
}

/**
 * Returns a provider that reads a secret `NAME` from the environment variable `NAME`, or from the file whose
 * path is in `NAME_FILE`. It rejects with a {@link SecretError} if not exactly one of them is set.
 */
export function environmentSecrets(env: Readonly<Record<string, string | undefined>>): SecretProvider {
  return async (name) => {
    const value = env[name];
    const file = env[`${name}_FILE`];
    if (value && file)
      throw new SecretError(`secret "${name}": expected only one of ${name} and ${name}_FILE, got both`);
    if (value) return value;
    if (file) return readSecretFile(name, file);
    const expected = `the environment variable ${name}, or ${name}_FILE with the path of a file`;
    const given = value === undefined ? 'neither' : `an empty ${name}`;
    throw new SecretError(`secret "${name}": expected ${expected}, got ${given}`);
  };
}

function readSecretFile(name: string, file: string): Promise<string> {
  return readFile(file, 'utf8').catch(({ code }: NodeJS.ErrnoException) => {
    // The path is not shown, in case it is the secret itself.
    const given = `a path that cannot be read (${code})`;
    throw new SecretError(`secret "${name}": expected the path of a file in ${name}_FILE, got ${given}`);
  });
}

/**
 * Returns the value, or the value of the secret that it refers to, without surrounding white space.
 *
 * @throws {SecretError} with the secret's name, never its value
 */
export async function reveal(value: string | SecretReference, secrets: SecretProvider): Promise<string> {
  if (typeof value === 'string') return value;
  const found = await provided(value.secret, secrets);
  const text = typeof found === 'string' ? found.trim() : '';
  if (text !== '') return text;
  const given = typeof found === 'string' ? 'an empty value' : typeof found;
  throw new SecretError(`secret "${value.secret}": expected text, got ${given}`);
}

function provided(name: string, secrets: SecretProvider): Promise<string | undefined> {
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  const found = Promise.resolve().then(() => secrets(name));
  return unlessAborted(found, timeout).catch((error: unknown) => {
    if (error instanceof SecretError) throw error;
    // The message may contain the secret.
    const kind = error instanceof Error ? error.name : typeof error;
    const problem = error === timeout.reason ? `did not answer within ${TIMEOUT_MS} ms` : `failed (${kind})`;
    throw new SecretUnavailableError(`secret "${name}": the provider of secrets ${problem}`);
  });
}

/**
 * Returns an address, or the one in the secret.
 *
 * @throws {SecretError} if the secret cannot be read, or is not an address
 */
export async function revealAddress(
  value: string | SecretReference,
  secrets: SecretProvider,
): Promise<string> {
  if (typeof value === 'string') return value;
  const address = await reveal(value, secrets);
  const problem = addressProblem(address);
  if (problem === undefined) return address;
  throw new SecretError(`secret "${value.secret}": expected ${AN_ADDRESS}, got ${problem}`);
}

/**
 * Returns the value of a header, or the one in the secret.
 *
 * @throws {SecretError} if the secret cannot be read, or cannot be the value of a header
 */
export async function revealHeader(
  value: string | SecretReference,
  secrets: SecretProvider,
): Promise<string> {
  if (typeof value === 'string') return value;
  const text = await reveal(value, secrets);
  if (isHeaderValue(text)) return text;
  throw new SecretError(`secret "${value.secret}": expected one line of printable ASCII, got something else`);
}
