/**
 * Secrets of channels by name: in no configuration, no history, no message and no log.
 */
import { readFile } from 'node:fs/promises';
import type { SecretProvider } from '../../core/http/secrets';
import type { SecretReference } from '../config/types';

/** A secret cannot be had. */
export class SecretError extends Error {
  override readonly name = 'SecretError';
}

/** Secrets from the environment: the variable itself, or the file that the variable with `_FILE` behind its name names. */
export function environmentSecrets(env: Readonly<Record<string, string | undefined>>): SecretProvider {
  return async (name) => {
    const value = env[name];
    if (value !== undefined) return value;
    const file = env[`${name}_FILE`];
    return file === undefined ? undefined : (await readFile(file, 'utf8')).trim();
  };
}

/**
 * The value, or the secret that it names.
 *
 * @throws SecretError that names the secret, and never says its value
 */
export async function reveal(value: string | SecretReference, secrets: SecretProvider): Promise<string> {
  if (typeof value === 'string') return value;
  const found = await Promise.resolve(secrets(value.secret)).catch((error: unknown) => {
    // Its message is not ours: it may say more than it should.
    const kind =
      (error as NodeJS.ErrnoException).code ?? (error instanceof Error ? error.name : typeof error);
    throw new SecretError(`secret "${value.secret}" cannot be read (${kind})`);
  });
  if (typeof found === 'string' && found !== '') return found;
  throw new SecretError(
    `secret "${value.secret}": expected the environment variable ${value.secret}, or ${value.secret}_FILE with the path of a file, got neither`,
  );
}
