/**
 * Secrets of channels, referred to by name. Their values never appear in a configuration, history, message or
 * log.
 */
import { readFile } from 'node:fs/promises';
import type { SecretProvider } from '../../core/http/secrets';
import type { SecretReference } from '../config/types';

/** Thrown if a secret is missing, cannot be read, or has the wrong form. */
export class SecretError extends Error {
  override readonly name = 'SecretError';
}

/**
 * Returns a provider that reads a secret `NAME` from the environment variable `NAME`, or else from the file
 * whose path is in `NAME_FILE`.
 */
export function environmentSecrets(env: Readonly<Record<string, string | undefined>>): SecretProvider {
  return async (name) => {
    const value = env[name];
    if (value !== undefined) return value;
    const file = env[`${name}_FILE`];
    return file === undefined ? undefined : (await readFile(file, 'utf8')).trim();
  };
}

/**
 * Returns the value, or the value of the secret that it refers to.
 *
 * @throws {SecretError} with the secret's name, never its value
 */
export async function reveal(value: string | SecretReference, secrets: SecretProvider): Promise<string> {
  if (typeof value === 'string') return value;
  const found = await Promise.resolve(secrets(value.secret)).catch((error: unknown) => {
    // The message may contain the secret.
    const kind =
      (error as NodeJS.ErrnoException).code ?? (error instanceof Error ? error.name : typeof error);
    throw new SecretError(`secret "${value.secret}" cannot be read (${kind})`);
  });
  if (typeof found === 'string' && found !== '') return found;
  throw new SecretError(
    `secret "${value.secret}": expected the environment variable ${value.secret}, or ${value.secret}_FILE with the path of a file, got neither`,
  );
}
