/**
 * Users' projects: the package as it is published, installed by npm, pnpm or yarn beside a team's other dependencies.
 *
 * An installation takes half a minute, so each is made once, into a cache outside the repository. The cache key
 * contains all dependencies. This package itself is unpacked again for each test run.
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
/** Name of the tarball in each project, so that manifests and lock files do not depend on its path. */
const TARBALL = `${NAME}.tgz`;

type Manager = 'npm' | 'pnpm' | 'yarn 1' | 'yarn 4' | 'yarn 4, PnP';

/** Package managers beside npm: the program, the package that contains it, and its version. */
const TOOLS: Readonly<Partial<Record<Manager, readonly [string, string, string]>>> = {
  pnpm: ['pnpm', 'pnpm', '12.21.0'],
  'yarn 1': ['yarn', 'yarn', '1.22.22'],
  'yarn 4': ['yarn', '@yarnpkg/cli-dist', '4.18.1'],
  'yarn 4, PnP': ['yarn', '@yarnpkg/cli-dist', '4.18.1'],
};

/** Settings of yarn 4; without `enableImmutableInstalls`, it refuses to write a lock file where `CI` is set. */
const YARN_SETTINGS = 'enableTelemetry: false\nenableImmutableInstalls: false\n';

const INSTALL: Readonly<Record<Manager, readonly string[]>> = {
  npm: ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline'],
  // With pnpm's default strictness: a package resolves only its declared dependencies.
  pnpm: ['install', '--ignore-scripts', '--prefer-offline', '--config.confirmModulesPurge=false'],
  'yarn 1': ['install', '--ignore-scripts', '--prefer-offline', '--non-interactive', '--no-progress'],
  'yarn 4': ['install', '--mode=skip-build'],
  'yarn 4, PnP': ['install', '--mode=skip-build'],
};

export interface ProjectOptions {
  readonly manager: Manager;
  /** Dependencies beside the Temporal SDK and this package: name → version. */
  readonly dependencies: Readonly<Record<string, string>>;
  /** Version of Temporal's packages, which may be outside the peer range. @default the peer range */
  readonly sdk?: string;
}

/** The package's peer range of Temporal's packages. */
const SDK_RANGE = '^1.24.0';
/** Temporal's packages that a project installs. */
const SDK = ['activity', 'client', 'common', 'envconfig', 'interceptors-opentelemetry', 'worker', 'workflow'];

/**
 * Creates a project with these dependencies in this folder. The dependencies are links into the cache; this package is
 * a copy, so that test runs at the same time do not share it.
 */
export async function linkProject(
  tarball: string,
  directory: string,
  options: ProjectOptions,
): Promise<void> {
  if (options.manager === 'yarn 4, PnP') {
    // Plug'n'Play has no folders to link: it reads packages from the cache of yarn.
    await mkdir(directory, { recursive: true });
    await installInto(directory, tarball, options);
    return;
  }
  const cache = await installedFolder(tarball, options);
  const [from, to] = [join(cache, 'node_modules'), join(directory, 'node_modules')];
  const copy = join(to, NAME);
  await mkdir(copy, { recursive: true });
  for (const name of await readdir(from)) if (name !== NAME) await symlink(join(from, name), join(to, name));
  await run('tar', ['-xzf', tarball, '-C', copy, '--strip-components=1']);
  await linkOwnDependencies(await realpath(join(from, NAME)), copy);
}

/** Like {@link linkProject}, with npm; copies all dependencies, so that a test may change them. */
export async function copyProject(
  tarball: string,
  directory: string,
  options: Omit<ProjectOptions, 'manager'>,
): Promise<void> {
  const cache = await installedFolder(tarball, { manager: 'npm', ...options });
  const modules = join(directory, 'node_modules');
  await cp(join(cache, 'node_modules'), modules, { recursive: true, verbatimSymlinks: true });
  const copy = join(modules, NAME);
  for (const name of await readdir(copy))
    if (name !== 'node_modules') await rm(join(copy, name), { recursive: true });
  await run('tar', ['-xzf', tarball, '-C', copy, '--strip-components=1']);
}

/** Returns the folder of the cache with all dependencies; installs them if needed. */
async function installedFolder(tarball: string, options: ProjectOptions): Promise<string> {
  const dependencies = await dependenciesOf(tarball);
  const name = `${options.manager}-${hashOf([manifestOf(options), dependencies, commandOf(options)])}`;
  return cachedFolder(name.replaceAll(' ', '-'), (folder) => installInto(folder, tarball, options));
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

/**
 * Links the dependencies of this package that are not at the top: inside the package (npm, yarn) or beside it (pnpm).
 */
async function linkOwnDependencies(installed: string, copy: string): Promise<void> {
  const inside = join(installed, 'node_modules');
  const own = installed.includes('.pnpm') ? join(installed, '..') : inside;
  if (existsSync(own)) await symlink(own, join(copy, 'node_modules'));
}

/** Returns a folder of the cache with these packages (name → version); installs them if needed. */
export function packages(dependencies: Readonly<Record<string, string>>): Promise<string> {
  return cachedFolder(`packages-${hashOf(dependencies)}`, async (folder) => {
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
  // Yarn 4 does not read the settings of npm.
  const { stdout: registry } = await run('npm', ['config', 'get', 'registry']);
  const env = { ...process.env, YARN_NPM_REGISTRY_SERVER: registry.trim() };
  await run(path, command, { ...options, env });
}

/** Returns the dependencies in the tarball's manifest. */
async function dependenciesOf(tarball: string): Promise<unknown> {
  const { stdout } = await run('tar', ['-xzOf', tarball, 'package/package.json']);
  const { dependencies, peerDependencies, peerDependenciesMeta } = JSON.parse(stdout);
  return { dependencies, peerDependencies, peerDependenciesMeta };
}

/** Returns a folder of the cache; creates it if needed, completely or not at all. */
async function cachedFolder(name: string, make: (folder: string) => Promise<void>): Promise<string> {
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

/** Returns the version of a package at the top of the project. */
export async function versionIn(directory: string, name: string): Promise<string> {
  const manifest = `${name}/package.json`;
  const { stdout } = hasLoader(directory)
    ? await run(process.execPath, [...loaderOf(directory), '--eval', PRINT, manifest], { cwd: directory })
    : { stdout: await readFile(join(directory, 'node_modules', manifest), 'utf8') };
  return JSON.parse(stdout).version;
}

/** Prints a file of a package from the archive of Plug'n'Play. */
const PRINT = `const path = require('pnpapi').resolveToUnqualified(process.argv[1], process.cwd() + '/');
console.log(require('node:fs').readFileSync(path, 'utf8'));`;

/** Returns the arguments of Node.js for a program of the project: with Plug'n'Play, the loader. */
export function loaderOf(directory: string): readonly string[] {
  return hasLoader(directory) ? ['--require', join(directory, '.pnp.cjs')] : [];
}

function hasLoader(directory: string): boolean {
  return existsSync(join(directory, '.pnp.cjs'));
}
