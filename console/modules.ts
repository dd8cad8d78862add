/**
 * Loads what the user names on the command line: a data converter, and the sampling policy.
 */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { DataConverter } from '@temporalio/common';
import type { JobClientOptions } from '../client/index';
import { parseJsonText } from '../core/util/json-text';
import { isRecord } from '../core/util/untrusted';
import { ConsoleError } from './console-error';

/**
 * Loads the data converter of a module: its export `dataConverter`, its default export, or its exports
 * together, as for `ClientOptions.dataConverter`.
 */
export async function loadDataConverter(path: string): Promise<DataConverter> {
  const exported = await load('--data-converter', path);
  const found = isRecord(exported) ? (exported.dataConverter ?? exported.default ?? exported) : exported;
  const converter = isRecord(found) && isRecord(found.default) ? found.default : found;
  const isConverter =
    isRecord(converter) &&
    ['payloadConverterPath', 'failureConverterPath', 'payloadCodecs'].some((name) => name in converter);
  if (!isConverter)
    throw new ConsoleError(
      `--data-converter ${path}: expected a module that exports a DataConverter (payloadCodecs, payloadConverterPath …), got ${Object.keys(exported as object).join(', ') || 'nothing'}`,
    );
  return converter as DataConverter;
}

async function load(flag: string, path: string): Promise<unknown> {
  try {
    return await import(pathToFileURL(resolve(path)).href);
  } catch (error) {
    throw new ConsoleError(`${flag} ${path}: cannot be loaded: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/**
 * Returns the client options with which sampling rules can be named, and a function that closes their
 * connection.
 */
export async function loadPolicy(options: {
  readonly redis?: string | undefined;
  readonly sampling?: string | undefined;
}): Promise<{ readonly policy: Pick<JobClientOptions, 'redis' | 'sampling'>; close(): void }> {
  const sampling = options.sampling === undefined ? {} : { sampling: await readSampling(options.sampling) };
  if (options.redis === undefined) return { policy: sampling, close: () => {} };
  const redis = await connectRedis(options.redis);
  return { policy: { ...sampling, redis }, close: () => redis.disconnect() };
}

async function readSampling(path: string): Promise<NonNullable<JobClientOptions['sampling']>> {
  try {
    return parseJsonText(await readFile(path, 'utf8')) as NonNullable<JobClientOptions['sampling']>;
  } catch (error) {
    throw new ConsoleError(
      `--sampling ${path}: expected a JSON file with the workers' option sampling, got: ${(error as Error).message}`,
      { cause: error },
    );
  }
}

async function connectRedis(url: string) {
  try {
    const { Redis } = await import('ioredis');
    // A policy that cannot be read must not delay a page.
    const redis = new Redis(url, {
      commandTimeout: 1_000,
      maxRetriesPerRequest: 0,
      enableOfflineQueue: false,
    });
    redis.on('error', () => {});
    return redis;
  } catch (error) {
    throw new ConsoleError(
      `--redis ${url}: needs the package ioredis (npm install ioredis): ${(error as Error).message}`,
      {
        cause: error,
      },
    );
  }
}
