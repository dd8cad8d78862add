/**
 * Reads and checks the configuration file.
 */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseJsonText } from '../../core/util/json-text';
import { OptionError } from '../../core/util/option-error';
import { resolveAlerts } from './resolve';
import type { ResolvedAlerts } from './types';

/** What people know these errors as. */
const FILE_ERRORS: Readonly<Record<string, string>> = Object.freeze({
  ENOENT: 'no file',
  EISDIR: 'a directory',
  EACCES: 'a file that this process may not read',
});

/**
 * Reads and checks the configuration: an object, or the path of a JSON file.
 *
 * @throws {OptionError} if the file cannot be read or the configuration is invalid
 */
export async function loadAlerts(config: unknown): Promise<ResolvedAlerts> {
  return resolveAlerts(typeof config === 'string' ? await readJson(config) : config);
}

async function readJson(path: string): Promise<unknown> {
  const file = resolve(path);
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    const { code = 'an error' } = error;
    throw fileError(path, `expected a JSON file at ${file}, got ${FILE_ERRORS[code] ?? code}`, error);
  });
  try {
    return parseJsonText(text);
  } catch (error) {
    throw fileError(path, `${file}: ${(error as Error).message}`, error);
  }
}

function fileError(path: string, text: string, cause: unknown): OptionError {
  const fields = { subject: 'job alerts', option: 'config', expectation: 'a JSON file', value: path };
  return new OptionError(`job alerts: ${text}`, fields, { cause });
}
