/**
 * Reads and checks the configuration file.
 */
import { readFile } from 'node:fs/promises';
import { OptionError } from '../../core/util/option-error';
import { resolveAlerts } from './resolve';
import type { ResolvedAlerts } from './types';

/**
 * Reads and checks the configuration: an object, or the path of a JSON file.
 *
 * @throws {OptionError} if the file cannot be read or the configuration is invalid
 */
export async function loadAlerts(config: unknown): Promise<ResolvedAlerts> {
  return resolveAlerts(typeof config === 'string' ? await readJson(config) : config);
}

async function readJson(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw fileError(path, `expected a JSON file at ${path}, got ${error.code}`, error);
  });
  try {
    return JSON.parse(text);
  } catch (error) {
    const { message } = error as Error;
    throw fileError(path, `${path}: expected JSON, got ${message}`, error);
  }
}

function fileError(path: string, text: string, cause: unknown): OptionError {
  const fields = { subject: 'job alerts', option: 'config', expectation: 'a JSON file', value: path };
  return new OptionError(`job alerts: ${text}`, fields, { cause });
}
