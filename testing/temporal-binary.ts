/**
 * Finds the `temporal` binary for a development server.
 *
 * Tries the PATH, the cache, the SDK's own download and a build with Go, in this order. Each step is bounded in
 * time, and its failure is logged in one line with the next step. The cache is outside the repository; a binary
 * appears in it whole or not at all.
 */

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { startBound } from './temporal-process.js';

/** Version of the Temporal CLI that is fetched if none is installed: the last one that `go install` can build. */
const CLI_VERSION = '1.5.1';
/** Oldest Temporal server (major, minor) that the tests are written for. */
const MIN_SERVER = [1, 29] as const;
/** A download that has not grown for this long has failed. */
const DOWNLOAD_STALL_MS = 15_000;
const BUILD_TIMEOUT_MS = 20 * 60_000;
const PROGRESS_INTERVAL_MS = 1_000;

/** Receives lines of progress; a passing line is replaced by the next one. */
export type Log = (line: string, isPassing?: boolean) => void;

const run = promisify(execFile);

/**
 * Returns the path of a `temporal` binary that runs and whose server is new enough.
 *
 * @throws {Error} that names what to install, if no step finds one
 */
export async function findTemporalBinary(env: NodeJS.ProcessEnv, log: Log): Promise<string> {
  const steps = [
    { name: '`temporal` on the PATH', find: () => installedBinary(env) },
    { name: 'an earlier cached binary', find: () => cachedBinary(env) },
    { name: 'the download of @temporalio/testing', find: () => download(env, log) },
    { name: `go install of the Temporal CLI ${CLI_VERSION}`, find: () => build(env, log) },
  ];
  const failures: string[] = [];
  for (const [index, step] of steps.entries()) {
    try {
      return await step.find();
    } catch (error) {
      const next = steps[index + 1];
      const failure = `${step.name}: ${reason(error)}`;
      failures.push(failure);
      log(`${failure}${next ? `; next: ${next.name}` : ''}`);
    }
  }
  throw new Error(
    `No Temporal server (${failures.join('; ')}). Install the Temporal CLI so that \`temporal\` is on the PATH ` +
      '(https://docs.temporal.io/cli/setup-cli), or Go, or set TEMPORAL_ADDRESS to a running server.',
  );
}

/** Returns the binary on the PATH or in the cache; `undefined` if neither is usable. Fetches nothing, never throws. */
export async function presentTemporalBinary(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  return installedBinary(env)
    .catch(() => cachedBinary(env))
    .catch(() => undefined);
}

async function installedBinary(env: NodeJS.ProcessEnv): Promise<string> {
  const path = (env.PATH ?? '')
    .split(delimiter)
    .filter((directory) => directory !== '')
    .map((directory) => join(directory, 'temporal'))
    .find((file) => existsSync(file));
  if (path === undefined) throw new Error('not found');
  return usable(path);
}

async function cachedBinary(env: NodeJS.ProcessEnv): Promise<string> {
  const path = cachePath(env);
  if (!existsSync(path)) throw new Error(`none at ${path}`);
  return usable(path);
}

async function download(env: NodeJS.ProcessEnv, log: Log): Promise<string> {
  return intoCache(env, async (directory) => {
    // A process of its own: the SDK's download has no time limit and cannot be cancelled.
    const args = [require.resolve('./temporal-download.js'), directory, `v${CLI_VERSION}`];
    let lastBytes = 0;
    await runToEnd(process.execPath, args, env, DOWNLOAD_STALL_MS, async (limit) => {
      const bytes = await sizeOf(directory);
      if (bytes === lastBytes) return;
      lastBytes = bytes;
      limit.refresh();
      log(`downloading the Temporal CLI ${CLI_VERSION}: ${Math.round(bytes / 1e6)} MB`, true);
    });
    return join(directory, `temporal-v${CLI_VERSION}`);
  });
}

async function build(env: NodeJS.ProcessEnv, log: Log): Promise<string> {
  await run('go', ['version'], { env }).catch((cause) => {
    throw new Error('Go is not installed', { cause });
  });
  return intoCache(env, async (directory) => {
    const target = `github.com/temporalio/cli/cmd/temporal@v${CLI_VERSION}`;
    const started = Date.now();
    await runToEnd('go', ['install', target], { ...env, GOBIN: directory }, BUILD_TIMEOUT_MS, () => {
      const seconds = Math.round((Date.now() - started) / 1000);
      log(`building the Temporal CLI ${CLI_VERSION} with Go, about 4 minutes, once: ${seconds} s`, true);
    });
    return join(directory, 'temporal');
  });
}

/** Fetches into a new directory beside the cached binary, then moves the result there in one step. */
async function intoCache(
  env: NodeJS.ProcessEnv,
  fetchInto: (directory: string) => Promise<string>,
): Promise<string> {
  const cached = cachePath(env);
  await mkdir(join(cached, '..'), { recursive: true });
  const directory = await mkdtemp(`${cached}-`);
  try {
    const fetched = await usable(await fetchInto(directory));
    await rename(fetched, cached);
    return cached;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function cachePath(env: NodeJS.ProcessEnv): string {
  const home = env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache');
  return join(home, 'temporal-job-tracing', `temporal-${CLI_VERSION}`);
}

/** Returns the path if the binary there runs and its server is new enough; throws otherwise. */
async function usable(path: string): Promise<string> {
  const { stdout } = await run(path, ['--version'], { timeout: 30_000 });
  const [, major, minor] = /Server (\d+)\.(\d+)/.exec(stdout) ?? [];
  const [minMajor, minMinor] = MIN_SERVER;
  if (Number(major) > minMajor || (Number(major) === minMajor && Number(minor) >= minMinor)) return path;
  throw new Error(`${path} is too old, Temporal server ${minMajor}.${minMinor} is needed: ${stdout.trim()}`);
}

/** Runs a program until it ends or the time limit has passed, which `onProgress` can restart. */
async function runToEnd(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  limitMs: number,
  onProgress: (limit: NodeJS.Timeout) => void | Promise<void>,
): Promise<void> {
  const program = startBound(command, args, env);
  let timedOut = false;
  const limit = setTimeout(() => {
    timedOut = true;
    void program.end();
  }, limitMs);
  const progress = setInterval(() => void onProgress(limit), PROGRESS_INTERVAL_MS);
  try {
    await program.ended;
  } catch (error) {
    throw timedOut ? new Error(`ended after ${limitMs / 1000} s without progress`, { cause: error }) : error;
  } finally {
    clearTimeout(limit);
    clearInterval(progress);
  }
}

/** Returns the bytes in the files of the directory, some of which may vanish meanwhile. */
async function sizeOf(directory: string): Promise<number> {
  const files = await readdir(directory).catch(() => []);
  const sizes = files.map(
    async (file) => (await stat(join(directory, file)).catch(() => undefined))?.size ?? 0,
  );
  return (await Promise.all(sizes)).reduce((sum, bytes) => sum + bytes, 0);
}

/** Returns the error in one line of readable length, without its middle: long ones end with their cause. */
function reason(error: unknown): string {
  const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
  return line.length > 200 ? `${line.slice(0, 80)} … ${line.slice(-110)}` : line;
}
