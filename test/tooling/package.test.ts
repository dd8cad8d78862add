/**
 * The published package: its files, its imports in both module systems, and the dependencies of its types.
 */
import { deepEqual, equal } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { packAndUnpack, type UnpackedPackage } from '../support/packed';

const run = promisify(execFile);

const ROOT = join(__dirname, '..', '..', '..');
const LOCK = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as Lock;

/** The exported values of each entry. A removed name breaks users. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  '.': ['JobTracingPlugin', 'OptionError', 'redisPolicyStore'],
  './client': [
    'JobClient',
    'OptionError',
    'SamplingClient',
    'SamplingConflictError',
    'ScheduledJobError',
    'SearchAttributesError',
    'TraceIdError',
    'VisibilityError',
  ],
  './client-plugin': ['JobTracingClientPlugin'],
  './workflow': ['forEachItem', 'jobInfo', 'mapReduce', 'ownTrace'],
  './workflows': ['httpJob', 'jobTick', 'mapReduceBranch', 'scheduledJob'],
  './activities': [
    'OptionError',
    'completeFromCallback',
    'createHttpActivities',
    'jobInfo',
    'scheduledJobActivities',
  ],
  './alerts': ['OptionError', 'startJobWatcher'],
  './register': [],
  './workflow-interceptors': ['interceptors'],
};

interface Locked {
  readonly license?: string;
  readonly dev?: boolean;
  readonly peer?: boolean;
  readonly hasInstallScript?: boolean;
}

interface Lock {
  readonly packages: Readonly<Record<string, Locked>>;
}

interface Manifest {
  readonly scripts: object;
  readonly exports: object;
  readonly dependencies: object;
  readonly peerDependencies: object;
}

/** Returns whether the file is a module; the console only reads its assets from disk. */
const isModule = (file: string) => /\.(js|d\.ts)$/.test(file) && !file.includes('/assets/');

describe('the published package', () => {
  let packed: UnpackedPackage;
  let manifest: Manifest;
  /** Paths of the package's files, relative to its folder. */
  let files: readonly string[];
  before(async () => {
    packed = await packAndUnpack();
    manifest = JSON.parse(await readFile(join(packed.directory, 'package.json'), 'utf8')) as Manifest;
    files = (await readdir(packed.directory, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name).slice(packed.directory.length + 1));
  });
  after(() => packed?.remove());

  /** Runs a program in the project; returns the JSON that it prints. */
  async function printed(file: string, code: string): Promise<unknown> {
    const path = join(packed.project, file);
    await writeFile(path, code);
    const { stdout } = await run(process.execPath, [path], { cwd: packed.project, timeout: 60_000 });
    return JSON.parse(stdout);
  }

  it('has the names of all entries, for ES modules and CommonJS', async () => {
    const modules = Object.keys(manifest.exports).filter((entry) => !entry.endsWith('.json'));
    deepEqual(modules.sort(), Object.keys(NAMES).sort());
    const imports = Object.entries(NAMES).map(([entry, names], index) => {
      const specifier = `temporal-job-tracing${entry.slice(1)}`;
      const renamed = names.map((name) => `${name} as ${name}${index}`);
      return `import { ${renamed} } from '${specifier}';
        required['${entry}'] = Object.keys(require('${specifier}')).sort();
        differ.push(...[${names.map((name) => `[${name}${index}, '${name}']`)}].filter(
          ([value, name]) => value === undefined || value !== require('${specifier}')[name]));`;
    });
    const code = `import { createRequire } from 'node:module';
      const require = createRequire(import.meta.url);
      const [required, differ] = [{}, []];
      ${imports.join('\n')}
      console.log(JSON.stringify({ required, differ }));`;
    deepEqual(await printed('names.mjs', code), { required: NAMES, differ: [] });
  });

  it('has no unreachable module, no sources beside their maps, and no tests', async () => {
    const folders = new Set(files.map((file) => file.split('/').slice(0, 2).join('/')));
    const foreign = [
      'dist/test',
      'dist/testing',
      'dist/bench',
      'dist/examples',
      'dist/.npmignore',
      'test',
      'core',
    ];
    deepEqual(
      foreign.filter((folder) => folders.has(folder)),
      [],
    );
    deepEqual(
      files.filter((file) => /(?<!\.d)\.tsx?$/.test(file)),
      [],
    );
    const modules = new Set(files.filter(isModule).map((file) => `./${file}`));
    const reached = new Set<string>();
    const found: string[] = Object.values(manifest.exports).flatMap((entry) => Object.values(entry));
    found.push('./dist/cli.js');
    // Grows while it is read.
    for (const file of found) {
      if (reached.has(file) || !modules.has(file)) continue;
      reached.add(file);
      found.push(...(await relativeNames(file.slice(2))));
    }
    deepEqual(
      [...modules].filter((file) => !reached.has(file)),
      [],
    );
  });

  /** Returns the files of the package to which a file refers, as `./dist/…`. */
  async function relativeNames(file: string): Promise<string[]> {
    const extension = file.endsWith('.d.ts') ? '.d.ts' : '.js';
    return (await namesIn(file))
      .filter((name) => name.startsWith('.'))
      .map((name) => join(file, '..', name).replace(/\.js$/, ''))
      .flatMap((path) => [`./${path}${extension}`, `./${path}/index${extension}`]);
  }

  /** Returns the modules that a file imports, requires or resolves. */
  async function namesIn(file: string): Promise<string[]> {
    const text = await readFile(join(packed.directory, file), 'utf8');
    const code = text.replace(/^\s*(\*|\/\*|\/\/).*$/gm, '');
    return [...code.matchAll(/(?:\bfrom |\bimport |\b(?:require|import|resolve)\()["']([^"'\s]+)["']/g)].map(
      ([, name = '']) => name,
    );
  }

  it('has its sources inside the maps', async () => {
    const maps = files.filter((file) => file.endsWith('.js.map'));
    const without: string[] = [];
    for (const file of maps) {
      const { sources, sourcesContent = [] } = JSON.parse(
        await readFile(join(packed.directory, file), 'utf8'),
      );
      if (sourcesContent.filter(Boolean).length !== sources.length) without.push(file);
    }
    deepEqual([maps.length > 100, without], [true, []]);
  });

  it('imports only declared dependencies, in code and in types', async () => {
    const declared = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });
    const known = new Set([...declared, ...builtinModules, 'temporal-job-tracing']);
    const undeclared: string[] = [];
    for (const file of files.filter(isModule)) {
      const packages = (await namesIn(file))
        .filter((name) => !name.startsWith('.') && !name.startsWith('node:'))
        .map((name) =>
          name
            .split('/')
            .slice(0, name.startsWith('@') ? 2 : 1)
            .join('/'),
        );
      undeclared.push(...packages.filter((name) => !known.has(name)).map((name) => `${file}: ${name}`));
    }
    deepEqual(undeclared, []);
  });

  it('documents the purpose and the licence of each dependency', async () => {
    const text = await readFile(join(packed.directory, 'docs', 'dependencies.md'), 'utf8');
    const rows = [...text.matchAll(/^\| `([^`]+)` \|(?: [^|]+ \|)? ([\w.-]+) \| [^|]+ \|$/gm)];
    const told = Object.fromEntries(rows.map(([, name = '', licence = '']) => [name, licence]));
    const names = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });
    const expected = names.map((name) => {
      const { license } = LOCK.packages[`node_modules/${name}`] ?? {};
      return [name, license] as const;
    });
    deepEqual(told, Object.fromEntries(expected));
    const installed = Object.values(LOCK.packages).filter(({ dev, peer }) => !dev && !peer);
    const licences = new Set(installed.map(({ license }) => license));
    deepEqual(
      [...licences].filter((licence) => !text.includes(`${licence}`)),
      [],
    );
  });

  it('has a plugin for clients that loads no worker and no OpenTelemetry SDK', async () => {
    const code = `require('temporal-job-tracing/client-plugin');
      const files = Object.keys(require.cache);
      const heavy = /@temporalio.(worker|core-bridge|workflow)|@opentelemetry.(sdk-|exporter|instrumentation|resources)|webpack/;
      console.log(JSON.stringify(files.filter((file) => heavy.test(file.replace(/.*node_modules/, '')))));`;
    deepEqual(await printed('client-plugin.cjs', code), []);
  });

  it('loads nothing of the console and of its dependencies in a worker or in a process that starts runs', async () => {
    const code = `for (const entry of ['', '/client', '/client-plugin', '/activities', '/workflow', '/workflows'])
        require('temporal-job-tracing' + entry);
      const foreign = /temporal-job-tracing.dist.(console|alerts)|node_modules.(@hono|hono|libsql|@libsql|preact)\\b/;
      console.log(JSON.stringify(Object.keys(require.cache).filter((file) => foreign.test(file))));`;
    deepEqual(await printed('worker.cjs', code), []);
  });

  it('runs no script when it is installed, and needs none of its dependencies', () => {
    const hooks = ['preinstall', 'install', 'postinstall', 'prepublish', 'prepare'];
    deepEqual(
      Object.keys(manifest.scripts).filter((name) => hooks.includes(name)),
      [],
    );
    const scripted = Object.entries(LOCK.packages).flatMap(([path, { dev, hasInstallScript }]) =>
      hasInstallScript && !dev ? path : [],
    );
    deepEqual(scripted, []);
  });

  it('passes publint', async () => {
    const { publint } = await import('publint');
    const { formatMessage } = await import('publint/utils');
    const { messages, pkg } = await publint({ pkgDir: packed.directory, pack: false, strict: true });
    deepEqual(
      messages.map((message) => formatMessage(message, pkg, { color: false })),
      [],
    );
  });

  it('has types for every module resolution, checked by "are the types wrong"', async () => {
    const { checkPackage, createPackageFromTarballData } = await import('@arethetypeswrong/core');
    const checked = await checkPackage(createPackageFromTarballData(await readFile(packed.tarball)), {
      excludeEntrypoints: ['./alerts/alert.schema.json'],
    });
    equal(checked.types !== false && checked.types.kind, 'included');
    deepEqual('problems' in checked ? checked.problems : [], []);
  });
});
