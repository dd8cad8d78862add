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
  cp,
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

type Manager = 'npm' | 'pnpm' | 'yarn 1' | 'yarn 4' | 'yarn 4, PnP';

/** What installs it, where npm does not: the program, the package that it is in, and its version. */
const TOOLS: Readonly<Partial<Record<Manager, readonly [string, string, string]>>> = {
  pnpm: ['pnpm', 'pnpm', '12.21.0'],
  'yarn 1': ['yarn', 'yarn', '1.22.22'],
  'yarn 4': ['yarn', '@yarnpkg/cli-dist', '4.18.1'],
  'yarn 4, PnP': ['yarn', '@yarnpkg/cli-dist', '4.18.1'],
};

/** Settings of yarn 4: its lock file is written also where `CI` is set. */
const YARN_SETTINGS = 'enableTelemetry: false\nenableImmutableInstalls: false\n';

const INSTALL: Readonly<Record<Manager, readonly string[]>> = {
  npm: ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline'],
  // Strict as it is by itself: a package reaches only what it declares.
  pnpm: ['install', '--ignore-scripts', '--prefer-offline', '--config.confirmModulesPurge=false'],
  'yarn 1': ['install', '--ignore-scripts', '--prefer-offline', '--non-interactive', '--no-progress'],
  'yarn 4': ['install', '--mode=skip-build'],
  'yarn 4, PnP': ['install', '--mode=skip-build'],
};

export interface ProjectOptions {
  readonly manager: Manager;
  /** What the team has, beside the Temporal SDK and this package: name → version. */
  readonly dependencies: Readonly<Record<string, string>>;
  /** Version of Temporal's packages, whatever our peer range is. @default what the range permits */
  readonly sdk?: string;
}

/** Temporal's versions that our peer range permits. */
const SDK_RANGE = '^1.24.0';
/** Temporal's packages that a project installs. */
const SDK = ['activity', 'client', 'common', 'envconfig', 'interceptors-opentelemetry', 'worker', 'workflow'];

/**
 * Makes the folder of a project with these dependencies; programs may be put into it. What is installed is linked from the
 * cache; this package is a copy, so that runs of the tests at the same time have their own.
 */
export async function project(tarball: string, directory: string, options: ProjectOptions): Promise<void> {
  if (options.manager === 'yarn 4, PnP') {
    // There are no folders to link: it has its own cache, from which packages are read where they are.
    await mkdir(directory, { recursive: true });
    await installInto(directory, tarball, options);
    return;
  }
  const cached = await installed(tarball, options);
  const [from, to] = [join(cached, 'node_modules'), join(directory, 'node_modules')];
  const copy = join(to, NAME);
  await mkdir(copy, { recursive: true });
  for (const name of await readdir(from)) if (name !== NAME) await symlink(join(from, name), join(to, name));
  await run('tar', ['-xzf', tarball, '-C', copy, '--strip-components=1']);
  await linkOwnDependencies(await realpath(join(from, NAME)), copy);
}

/** As `project`, with npm; the whole of it is a copy, so that a test may change what is installed. */
export async function ownProject(
  tarball: string,
  directory: string,
  options: Omit<ProjectOptions, 'manager'>,
): Promise<void> {
  const cached = await installed(tarball, { manager: 'npm', ...options });
  const modules = join(directory, 'node_modules');
  await cp(join(cached, 'node_modules'), modules, { recursive: true, verbatimSymlinks: true });
  const copy = join(modules, NAME);
  for (const name of await readdir(copy))
    if (name !== 'node_modules') await rm(join(copy, name), { recursive: true });
  await run('tar', ['-xzf', tarball, '-C', copy, '--strip-components=1']);
}

/** The folder of the cache in which all of it is installed. */
async function installed(tarball: string, options: ProjectOptions): Promise<string> {
  const needs = await needsOf(tarball);
  const name = `${options.manager}-${hashOf([manifestOf(options), needs, commandOf(options)])}`;
  return once(name.replaceAll(' ', '-'), (folder) => installInto(folder, tarball, options));
}

async function installInto(folder: string, tarball: string, options: ProjectOptions): Promise<void> {
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifestOf(options)));
  await copyFile(tarball, join(folder, TARBALL));
  await install(options.manager, folder, commandOf(options));
}

function manifestOf({ dependencies, sdk = SDK_RANGE }: ProjectOptions): object {
  return {
    name: 'project',
    private: true,
    dependencies: {
      [NAME]: `file:./${TARBALL}`,
      ...Object.fromEntries(SDK.map((name) => [`@temporalio/${name}`, sdk])),
      ...dependencies,
    },
  };
}

function commandOf({ manager, sdk = SDK_RANGE }: ProjectOptions): readonly string[] {
  return sdk === SDK_RANGE ? INSTALL[manager] : [...INSTALL[manager], '--legacy-peer-deps'];
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

async function install(
  manager: Manager,
  folder: string,
  command: readonly string[] = INSTALL[manager],
): Promise<void> {
  const options = { cwd: folder, timeout: 300_000, maxBuffer: 64 * 1024 * 1024 };
  const tool = TOOLS[manager];
  if (tool === undefined) {
    await run(manager, command, options);
    return;
  }
  const [program, name, version] = tool;
  const path = join(await packages({ [name]: version }), 'node_modules', '.bin', program);
  if (!manager.startsWith('yarn 4')) {
    await run(path, command, options);
    return;
  }
  const linker = manager === 'yarn 4, PnP' ? 'pnp' : 'node-modules';
  await writeFile(join(folder, '.yarnrc.yml'), `${YARN_SETTINGS}nodeLinker: ${linker}\n`);
  await writeFile(join(folder, 'yarn.lock'), '');
  // It reads no settings of npm.
  const { stdout: registry } = await run('npm', ['config', 'get', 'registry']);
  const env = { ...process.env, YARN_NPM_REGISTRY_SERVER: registry.trim() };
  await run(path, command, { ...options, env });
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
  const manifest = `${name}/package.json`;
  const { stdout } = hasLoader(directory)
    ? await run(process.execPath, [...loaderOf(directory), '--eval', PRINT, manifest], { cwd: directory })
    : { stdout: await readFile(join(directory, 'node_modules', manifest), 'utf8') };
  return JSON.parse(stdout).version;
}

/** Prints a file of a package, out of the archive in which Plug'n'Play has it. */
const PRINT = `const path = require('pnpapi').resolveToUnqualified(process.argv[1], process.cwd() + '/');
console.log(require('node:fs').readFileSync(path, 'utf8'));`;

/** Arguments of Node.js for a program of the project: with Plug'n'Play there is no `node_modules`, but a loader. */
export function loaderOf(directory: string): readonly string[] {
  return hasLoader(directory) ? ['--require', join(directory, '.pnp.cjs')] : [];
}

function hasLoader(directory: string): boolean {
  return existsSync(join(directory, '.pnp.cjs'));
}
