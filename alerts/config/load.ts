/**
 * The configuration's file: read and checked.
 */
import { readFile } from 'node:fs/promises';
import { resolveAlerts } from './resolve';
import type { ResolvedAlerts } from './types';

/**
 * Reads and checks the configuration: an object, or the path of a JSON file.
 *
 * @throws TypeError that names the value, what was expected and what was given
 */
export async function loadAlerts(config: unknown): Promise<ResolvedAlerts> {
  return resolveAlerts(typeof config === 'string' ? await readJson(config) : config);
}

async function readJson(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new TypeError(`job alerts: expected a JSON file at ${path}, got ${error.code}`, { cause: error });
  });
  try {
    return JSON.parse(text);
  } catch (error) {
    const { message } = error as Error;
    throw new TypeError(`job alerts: ${path}: expected JSON, got ${message}`, { cause: error });
  }
}
