/**
 * Reads the console's token from a file or the environment, never from an argument, which other users can
 * see.
 */
import { readFileSync } from 'node:fs';
import { ConsoleError } from './console-error';

/** Environment variable of the token. */
export const TOKEN_VARIABLE = 'JOB_TRACING_CONSOLE_TOKEN';

/**
 * Returns the token; `undefined` if there is none. Throws a {@link ConsoleError} if the file cannot be read
 * or is empty.
 */
export function readToken(path: string | undefined): string | undefined {
  if (path === undefined) return process.env[TOKEN_VARIABLE] || undefined;
  let token: string;
  try {
    token = readFileSync(path, 'utf8').trim();
  } catch (error) {
    throw new ConsoleError(`--token-file ${path}: cannot be read: ${(error as Error).message}`, {
      cause: error,
    });
  }
  if (token === '')
    throw new ConsoleError(`--token-file ${path}: expected a file with the token, got an empty one`);
  return token;
}
