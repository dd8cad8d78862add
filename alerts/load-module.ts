/**
 * Loads the user's module for the options that a JSON configuration cannot hold.
 */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { JobWatcherOptions } from './start';

/** Options that the module may export, by name or in its default export. */
export type AlertsModule = Pick<JobWatcherOptions, 'redact' | 'secrets' | 'dataConverter'>;

/**
 * Loads the module; returns `{}` without a path.
 *
 * @param flag the command-line flag that holds the path, for errors
 * @throws {TypeError} if the module cannot be loaded, or an export has a wrong type
 */
export async function loadAlertsModule(flag: string, path: string | undefined): Promise<AlertsModule> {
  if (path === undefined) return {};
  const loaded = await load(flag, path);
  const { redact, secrets, dataConverter } = { ...loaded.default, ...loaded };
  if (redact === undefined && secrets === undefined && dataConverter === undefined) {
    const given = Object.keys(loaded).join(', ') || 'nothing';
    throw new TypeError(`${flag} ${path}: expected exports redact, secrets or dataConverter, got ${given}`);
  }
  for (const [name, value] of Object.entries({ redact, secrets, dataConverter })) {
    const type = name === 'dataConverter' ? 'object' : 'function';
    if (value !== undefined && typeof value !== type)
      throw new TypeError(`${flag} ${path}: ${name}: expected type ${type}, got ${typeof value}`);
  }
  return { ...(redact && { redact }), ...(secrets && { secrets }), ...(dataConverter && { dataConverter }) };
}

async function load(flag: string, path: string): Promise<AlertsModule & { readonly default?: AlertsModule }> {
  try {
    return await import(pathToFileURL(resolve(path)).href);
  } catch (error) {
    throw new TypeError(`${flag} ${path}: cannot be loaded: ${(error as Error).message}`, { cause: error });
  }
}
