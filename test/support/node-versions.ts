/**
 * Binaries of other versions of Node.js, from the npm package `node-<platform>-<arch>`. Each is installed once, into a
 * cache outside the repository.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** The oldest release that the package supports, and the last of each line. */
const VERSIONS = { '20.6': '20.6.0', 20: '20.20.2', 22: '22.23.5', 24: '24.22.3', 26: '26.12.1' } as const;

export type NodeLine = keyof typeof VERSIONS;

const run = promisify(execFile);

/** Returns the path of a Node.js binary of this line; rejects if npm cannot install it. */
export async function nodeBinary(line: NodeLine): Promise<string> {
  if (process.versions.node.startsWith(`${line}.`)) return process.execPath;
  const version = VERSIONS[line];
  const cache = join(
    process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'),
    'temporal-job-tracing',
    `node-${version}`,
  );
  const binary = join(cache, 'node');
  if (!existsSync(binary)) await fetchBinary(version, cache);
  return binary;
}

async function fetchBinary(version: string, cache: string): Promise<void> {
  const name = `node-${process.platform}-${process.arch}`;
  await mkdir(join(cache, '..'), { recursive: true });
  const directory = await mkdtemp(`${cache}-`);
  try {
    const flags = ['--no-audit', '--no-fund', '--no-save', '--ignore-scripts', '--prefix', directory];
    await run('npm', ['install', ...flags, `${name}@${version}`], { cwd: directory });
    // Test files that run at the same time may install the same version; the first complete folder stays.
    await rename(join(directory, 'node_modules', name, 'bin'), cache).catch((error: unknown) => {
      if (!existsSync(cache)) throw error;
    });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
