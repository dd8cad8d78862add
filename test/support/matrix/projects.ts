/**
 * Projects of users: the package as it is published, installed by npm, pnpm or yarn beside what such a team has.
 *
 * An installation takes half a minute, so each is made once, into a cache outside of the repository; it is made anew when
 * what is to be installed changes. This package itself is unpacked for each run.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import {
  copyFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const NAME = 'temporal-job-tracing';
const CACHE = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), NAME, 'projects');
/** Under one name in each project, so that what was installed does not depend on where. */
const TARBALL = `${NAME}.tgz`;

type Manager = 'npm' | 'pnpm' | 'yarn';

const TOOLS: Readonly<Record<string, string>> = { pnpm: '12.21.0', yarn: '1.22.22' };

const INSTALL: Readonly<Record<Manager, readonly string[]>> = {
  npm: ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline'],
  // Strict as it is by itself: a package reaches only what it declares.
  pnpm: ['install', '--ignore-scripts', '--prefer-offline', '--config.confirmModulesPurge=false'],
  yarn: ['install', '--ignore-scripts', '--prefer-offline', '--non-interactive', '--no-progress'],
};

export interface ProjectOptions {
  readonly manager: Manager;
  /** What the team has, beside the Temporal SDK and this package: name → version. */
  readonly dependencies: Readonly<Record<string, string>>;
}

/** Temporal's packages that a project installs. */
const SDK = ['activity', 'client', 'common', 'envconfig', 'interceptors-opentelemetry', 'worker', 'workflow'];

/**
 * Makes the folder of a project with these dependencies; programs may be put into it. What is installed is linked from the
 * cache; this package is a copy, so that runs of the tests at the same time have their own.
 */
export async function project(
  tarball: string,
  directory: string,
  { manager, dependencies }: ProjectOptions,
): Promise<void> {
  const manifest = {
    name: 'project',
    private: true,
    dependencies: {
      [NAME]: `file:./${TARBALL}`,
      ...Object.fromEntries(SDK.map((name) => [`@temporalio/${name}`, '^1.24.0'])),
      ...dependencies,
    },
  };
  const needs = await needsOf(tarball);
  const cached = await once(`${manager}-${hashOf([manifest, needs, INSTALL[manager]])}`, async (folder) => {
    await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
    await copyFile(tarball, join(folder, TARBALL));
    await install(manager, folder);
  });
  const [from, to] = [join(cached, 'node_modules'), join(directory, 'node_modules')];
  const copy = join(to, NAME);
  await mkdir(copy, { recursive: true });
  for (const name of await readdir(from)) if (name !== NAME) await symlink(join(from, name), join(to, name));
  await run('tar', ['-xzf', tarball, '-C', copy, '--strip-components=1']);
  await linkOwnDependencies(await realpath(join(from, NAME)), copy);
}

/** What only this package has: inside of it (npm, yarn), or beside it, in a folder of its own (pnpm). */
async function linkOwnDependencies(installed: string, copy: string): Promise<void> {
  const inside = join(installed, 'node_modules');
  const own = installed.includes('.pnpm') ? join(installed, '..') : inside;
  if (existsSync(own)) await symlink(own, join(copy, 'node_modules'));
}

/** The folder in which packages of these names and versions are installed. */
export function packages(dependencies: Readonly<Record<string, string>>): Promise<string> {
  return once(`packages-${hashOf(dependencies)}`, async (folder) => {
    await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }));
    await install('npm', folder);
  });
}

async function install(manager: Manager, folder: string): Promise<void> {
  const options = { cwd: folder, timeout: 300_000, maxBuffer: 64 * 1024 * 1024 };
  const version = TOOLS[manager];
  if (version === undefined) {
    await run(manager, INSTALL[manager], options);
    return;
  }
  const tool = join(await packages({ [manager]: version }), 'node_modules', '.bin', manager);
  await run(tool, INSTALL[manager], options);
}

/** What the tarball's own manifest asks for. */
async function needsOf(tarball: string): Promise<unknown> {
  const { stdout } = await run('tar', ['-xzOf', tarball, 'package/package.json']);
  const { dependencies, peerDependencies, peerDependenciesMeta } = JSON.parse(stdout);
  return { dependencies, peerDependencies, peerDependenciesMeta };
}

/** A folder of the cache, made whole or not at all. */
async function once(name: string, make: (folder: string) => Promise<void>): Promise<string> {
  const target = join(CACHE, name);
  if (existsSync(target)) return target;
  await mkdir(CACHE, { recursive: true });
  const folder = await mkdtemp(join(CACHE, `.${basename(name)}-`));
  try {
    await make(folder);
    await rename(folder, target).catch((error: unknown) => {
      if (!existsSync(target)) throw error;
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return target;
}

function hashOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 12);
}

/** The version of a package that the project has at its top. */
export async function versionIn(directory: string, name: string): Promise<string> {
  return JSON.parse(await readFile(join(directory, 'node_modules', name, 'package.json'), 'utf8')).version;
}
