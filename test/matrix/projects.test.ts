/**
 * The package as it is published, in projects as teams have them. Prints one table.
 *
 * Not every combination: each value is met in at least one row, and those that are most apart meet in one (the oldest
 * Node.js with the oldest API, SDK and ioredis; the newest with the newest). What belongs together is in one row, since
 * each makes a workflow bundle. Of TypeScript there are the oldest, the last that knows node10, and the newest of each
 * major since.
 */
import { deepEqual, match, ok } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { build } from 'esbuild';
import { type OtlpReceiver, startOtlpReceiver } from '../../testing/otlp-receiver';
import { incomplete, leaves } from '../../testing/otlp-trace';
import { startTemporalServer, type TemporalServer } from '../../testing/temporal-server';
import { compile, type Resolution } from '../support/matrix/consumer';
import {
  buildBundle,
  type ModuleSystem,
  programIn,
  runProgram,
  type SdkLine,
} from '../support/matrix/program';
import { linkProject, type ProjectOptions, packages, versionIn } from '../support/matrix/projects';
import { startTls } from '../support/matrix/tls';
import { type NodeLine, nodeBinary } from '../support/node-versions';
import { pack } from '../support/packed';

const TYPES = { '@types/node': '20.19.43' };
const PROJECTS = {
  'npm, oldest': {
    manager: 'npm',
    dependencies: {
      ...TYPES,
      '@opentelemetry/api': '1.4.1',
      '@opentelemetry/sdk-trace-base': '1.30.1',
      '@opentelemetry/exporter-trace-otlp-http': '0.57.2',
      ioredis: '5.0.0',
    },
  },
  'pnpm, strict': {
    manager: 'pnpm',
    dependencies: {
      ...TYPES,
      '@opentelemetry/api': '1.9.1',
      '@opentelemetry/sdk-trace-base': '2.12.0',
      '@opentelemetry/exporter-trace-otlp-http': '0.223.0',
    },
  },
  'yarn 1': { manager: 'yarn 1', dependencies: { ...TYPES, '@opentelemetry/api': '1.10.0' } },
  'yarn 4': {
    manager: 'yarn 4',
    dependencies: { ...TYPES, '@opentelemetry/api': '1.10.0', ioredis: '5.11.1' },
  },
  "yarn 4, Plug'n'Play": { manager: 'yarn 4, PnP', dependencies: { '@opentelemetry/api': '1.10.0' } },
  'npm, newest': {
    manager: 'npm',
    dependencies: {
      ...TYPES,
      '@opentelemetry/api': '1.10.0',
      '@opentelemetry/sdk-trace': '3.1.1',
      '@opentelemetry/exporter-trace-otlp-http': '0.301.0',
      ioredis: '6.0.0',
    },
  },
} as const satisfies Record<string, ProjectOptions>;

type ProjectName = keyof typeof PROJECTS;

interface Row {
  readonly project: ProjectName;
  readonly node: NodeLine;
  readonly system: ModuleSystem;
  readonly sdk?: SdkLine;
  readonly how:
    | 'reuseV8Context off'
    | 'debugMode'
    | 'no options'
    | 'codec, encoded failures'
    | 'two workers, two namespaces'
    | 'TLS';
}

const ROWS: readonly Row[] = [
  { project: 'npm, oldest', node: '20.6', system: 'CommonJS', sdk: '1.x', how: 'reuseV8Context off' },
  { project: 'pnpm, strict', node: 20, system: 'ES modules', sdk: '2.x', how: 'debugMode' },
  { project: 'yarn 1', node: 22, system: 'CommonJS', how: 'codec, encoded failures' },
  { project: 'yarn 4', node: 22, system: 'ES modules', how: 'no options' },
  { project: "yarn 4, Plug'n'Play", node: 24, system: 'CommonJS', how: 'no options' },
  { project: 'npm, newest', node: 24, system: 'ES modules', sdk: '3.x', how: 'two workers, two namespaces' },
  { project: 'npm, newest', node: 26, system: 'CommonJS', how: 'TLS' },
];

const TYPESCRIPT = {
  '5.4': 'npm:typescript@5.4.5',
  '5.9': 'npm:typescript@5.9.3',
  '6.0': 'npm:typescript@6.0.3',
  '7.0': 'npm:typescript@7.0.2',
};

const COMPILED: readonly [ProjectName, keyof typeof TYPESCRIPT, Resolution][] = [
  ['npm, oldest', '5.4', 'nodenext'],
  ['npm, oldest', '5.4', 'node10'],
  ['pnpm, strict', '5.9', 'node10'],
  ['yarn 4', '6.0', 'nodenext'],
  ['yarn 4', '6.0', 'bundler'],
  ['npm, newest', '7.0', 'node16'],
  ['npm, newest', '7.0', 'bundler'],
];

const [, KNOWN_TYPE_ERRORS = ''] = readFileSync(
  join(__dirname, '..', '..', '..', 'docs', 'dependencies.md'),
  'utf8',
).split('## Errors in types of other packages');

const CALL = 'StartActivity:hello > RunActivity:hello';
/** Leaves of the trace of these projects' workflow: an activity, a local activity, and a child's activity. */
const LEAVES = ['RunStarted:parent', CALL, CALL, `StartChildWorkflow:child > RunWorkflow:child > ${CALL}`];

describe('a project of a user', { concurrency: 2 }, () => {
  let scratch: string;
  let tarball: string;
  let server: TemporalServer;
  let receiver: OtlpReceiver;
  const table: string[][] = [['installed by', 'API', 'Node.js', 'modules', 'span processors', 'with']];
  const installed = new Map<ProjectName, Promise<string>>();

  before(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'job-tracing-matrix-'));
    const named = {
      namespaces: ['default', 'second'],
      log: () => {},
      env: { ...process.env, TEMPORAL_ADDRESS: '' },
    };
    [tarball, server, receiver] = await Promise.all([
      pack(scratch),
      startTemporalServer(named),
      startOtlpReceiver(),
    ]);
  });
  after(async () => {
    const widths = (table[0] ?? []).map((_, column) =>
      Math.max(...table.map((row) => row[column]?.length ?? 0)),
    );
    const line = (row: string[]) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
    console.log(table.map(line).join('\n'));
    await Promise.all([receiver?.close(), server?.stop()]);
    await rm(scratch, { recursive: true, force: true });
  });

  function install(name: ProjectName): Promise<string> {
    const directory = join(scratch, name.replace(', ', '-'));
    const found =
      installed.get(name) ?? linkProject(tarball, directory, PROJECTS[name]).then(() => directory);
    installed.set(name, found);
    return found;
  }

  function expectTraces(runIds: readonly string[]): void {
    for (const runId of runIds) {
      const trace = receiver.trace(runId.replaceAll('-', ''));
      deepEqual(incomplete(trace), []);
      deepEqual(leaves(trace).sort(), [...LEAVES].sort());
    }
  }

  for (const { project, node, system, sdk, how } of ROWS) {
    const processors = sdk === undefined ? 'by OTEL_*' : `SDK ${sdk}`;
    it(`${project}: Node.js ${node}, ${system}, ${processors}, ${how}`, async (t) => {
      const directory = await install(project);
      const tls = how === 'TLS' ? await startTls(server.address) : undefined;
      t.after(() => tls?.close());
      const connection = { address: server.address };
      const workers = {
        'reuseV8Context off': [{ connection, options: { reuseV8Context: false } }],
        debugMode: [{ connection, options: { debugMode: true } }],
        'no options': [{ connection }],
        'codec, encoded failures': [{ connection, encoded: true }],
        'two workers, two namespaces': [{ connection }, { connection, namespace: 'second' }],
        TLS: tls?.connections.map((connection) => ({ connection })) ?? [],
      }[how];
      const settings = { workers, endpoint: receiver.url, ...(sdk && { sdk }) };
      const program = await programIn(join(directory, `node-${node}`), system);
      const { runIds, log } = await runProgram(await nodeBinary(node), program, settings);
      deepEqual([runIds.length, log], [workers.length, []]);
      expectTraces(runIds);
      if (tls) ok(await tls.refuses());
      const api = await versionIn(directory, '@opentelemetry/api');
      table.push([project, api, String(node), system, processors, how]);
    });
  }

  it('a worker bundled by esbuild accepts a prebuilt workflow bundle, and logs a message without one', async () => {
    const directory = await install('npm, oldest');
    const program = await programIn(join(directory, 'to-bundle'), 'CommonJS');
    const workflowBundle = join(scratch, 'workflow-bundle.js');
    await buildBundle(program, await nodeBinary('20.6'), workflowBundle);
    // The package is only in the bundler's output file.
    const alone = join(scratch, 'alone');
    await mkdir(join(alone, 'node_modules'), { recursive: true });
    await symlink(join(directory, 'node_modules', '@temporalio'), join(alone, 'node_modules', '@temporalio'));
    const outfile = join(alone, 'worker.js');
    await copyFile(join(program, '..', 'workflows.js'), join(alone, 'workflows.js'));
    await build({
      entryPoints: [program],
      outfile,
      bundle: true,
      platform: 'node',
      external: ['@temporalio/*'],
      logLevel: 'error',
    });
    const node = await nodeBinary(24);
    const connection = { address: server.address };
    const given = { workers: [{ connection, workflowBundle }], endpoint: receiver.url };
    const { runIds, log } = await runProgram(node, outfile, given);
    deepEqual([runIds.length, log], [1, []]);
    expectTraces(runIds);
    const without = await runProgram(node, outfile, { ...given, workers: [{ connection }] }).catch(String);
    match(
      String(without),
      /temporal-job-tracing\/workflow-interceptors, which goes into the workflow bundle, is not/,
    );
    const api = await versionIn(directory, '@opentelemetry/api');
    table.push(['esbuild', api, '24', 'one file', 'by OTEL_*', 'a workflow bundle made with Node.js 20.6']);
  });

  for (const [project, typescript, resolution] of COMPILED) {
    it(`${project}: types for TypeScript ${typescript}, ${resolution}, without skipLibCheck`, async () => {
      const directory = await install(project);
      const tools = await packages({ [`typescript-${typescript}`]: TYPESCRIPT[typescript] });
      const tsc = join(tools, 'node_modules', `typescript-${typescript}`, 'bin', 'tsc');
      const { errors, others } = await compile(directory, tsc, resolution);
      deepEqual(errors, []);
      const api = await versionIn(directory, '@opentelemetry/api');
      const unnamed = [...others.keys()].filter((name) => !KNOWN_TYPE_ERRORS.includes(`\`${name}\``));
      deepEqual(unnamed, [], 'docs/dependencies.md names each package whose types have errors');
      const counts = [...others].map(([name, count]) => `${count} in ${name}`);
      const note = counts.length > 0 ? `; errors in types of others: ${counts.join(', ')}` : '';
      table.push([project, api, '', '', '', `TypeScript ${typescript}, ${resolution}${note}`]);
    });
  }
});
