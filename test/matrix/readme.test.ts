/**
 * The first page of the README, followed literally in new projects: its `npm install`, its files, its ways from a trace
 * to the run. Only the server's address differs, and this file supplies the reader's workflow.
 */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { type OtlpReceiver, startOtlpReceiver } from '../../testing/otlp-receiver';
import { incomplete, leaves } from '../../testing/otlp-trace';
import { startTemporalServer, type TemporalServer, temporalCli } from '../../testing/temporal-server';
import { until } from '../../testing/until';
import type { ModuleSystem } from '../support/matrix/program';
import { pack } from '../support/packed';

const run = promisify(execFile);

const README = path.join(__dirname, '../../../README.md');
const INSTALL_TIMEOUT_MS = 300_000;
/** Of the page, where a development server listens. */
const ADDRESS = 'localhost:7233';

/** Files of a reader's TypeScript project before the first page. */
const TOOLS = { typescript: '5.9.3', '@types/node': '20.19.43' };
const TSCONFIG = {
  compilerOptions: {
    target: 'es2022',
    module: 'nodenext',
    rootDir: '.',
    outDir: 'lib',
    types: ['node'],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: true,
  },
};
const WORKFLOWS = `
import { proxyActivities } from '@temporalio/workflow';
import type * as activities from './activities.js';
const { countOrders } = proxyActivities<typeof activities>({ startToCloseTimeout: '1 minute' });
export async function nightlyReport(): Promise<number> {
  return countOrders();
}
`;
const ACTIVITIES = `
export async function countOrders(): Promise<number> {
  return 3;
}
`;

describe('the first page of the README', () => {
  let page: string;
  let project: string;
  let server: TemporalServer;
  let receiver: OtlpReceiver;

  before(async () => {
    page = await readFile(README, 'utf8');
    project = await mkdtemp(path.join(tmpdir(), 'job-tracing-readme-'));
    [server, receiver] = await Promise.all([
      startTemporalServer({ log: () => {}, env: { ...process.env, TEMPORAL_ADDRESS: '' } }),
      startOtlpReceiver(),
      install(page, project),
    ]);
  });
  after(async () => {
    await Promise.all([receiver?.close(), server?.stop()]);
    await rm(project, { recursive: true, force: true });
  });

  for (const system of ['ES modules', 'CommonJS'] as const satisfies readonly ModuleSystem[]) {
    it(`leads from npm install to the trace of a run: ${system}, TypeScript strict`, async () => {
      const program = path.join(project, system === 'CommonJS' ? 'commonjs' : 'module');
      await writeProgram(program, filesOf(page), system, server.address);
      const tsc = path.join(project, 'node_modules', 'typescript', 'bin', 'tsc');
      equal(await errorsOf(run(process.execPath, [tsc, '--pretty', 'false'], { cwd: program })), '');

      const worker = startWorker(program, receiver.url);
      let traceId = '';
      try {
        await until(() => worker.log().includes('temporal-job-tracing: tracing is on'), {
          says: () => `the worker has not started: ${worker.log()}`,
        });
        const { stdout } = await run(process.execPath, [path.join('lib', 'start.js')], { cwd: program });
        const [id = '', workflowId, url] = stdout.trim().split(' ');
        traceId = id;
        match(traceId, /^[0-9a-f]{32}$/);
        equal(workflowId, 'nightly-report-by-hand');
        equal(url, `http://localhost:4318/traces/${traceId}`);
        const runId = await runOf(traceId, page, server);
        equal(runId.replaceAll('-', ''), traceId);
      } finally {
        equal(await worker.end(), 0, worker.log());
      }
      const trace = receiver.trace(traceId);
      deepEqual(incomplete(trace), []);
      deepEqual(leaves(trace).sort(), [
        'RunStarted:nightlyReport',
        'StartActivity:countOrders > RunActivity:countOrders',
      ]);
      const root = trace.find(({ name }) => name === 'RunWorkflow:nightlyReport');
      const names = ['job.name', 'job.trigger', 'job.reason', 'job.result'];
      deepEqual(
        names.map((name) => root?.attributes[name]),
        ['nightly-report', 'manual', 'after the fix', 'success'],
      );
    });
  }
});

/** Returns the page's install command, with the tarball in place of the package. */
async function install(page: string, project: string): Promise<void> {
  const [, names = ''] = /^npm install (.*)$/m.exec(page) ?? [];
  ok(names.startsWith('temporal-job-tracing '), names);
  const tarball = await pack(project);
  const packages = names.split(' ').map((name) => (name === 'temporal-job-tracing' ? tarball : name));
  const manifest = { name: 'readme', private: true, devDependencies: TOOLS };
  await writeFile(path.join(project, 'package.json'), JSON.stringify(manifest));
  const flags = ['--no-audit', '--no-fund', '--prefer-offline'];
  await run('npm', ['install', ...flags, ...packages], { cwd: project, timeout: INSTALL_TIMEOUT_MS });
}

/** Returns the page's code blocks that begin with the name of a file. */
function filesOf(page: string): ReadonlyMap<string, string> {
  const blocks = page.matchAll(/^```ts\n\/\/ (\S+\.ts)\n(.*?)^```$/gms);
  const files = new Map(Array.from(blocks, ([, name = '', code = '']) => [name, code]));
  deepEqual([...files.keys()], ['worker.ts', 'start.ts']);
  return files;
}

async function writeProgram(
  folder: string,
  files: ReadonlyMap<string, string>,
  system: ModuleSystem,
  address: string,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const write = (name: string, text: string) => writeFile(path.join(folder, name), text);
  await write('package.json', JSON.stringify({ type: system === 'CommonJS' ? 'commonjs' : 'module' }));
  await write('tsconfig.json', JSON.stringify(TSCONFIG));
  await write('workflows.ts', WORKFLOWS);
  await write('activities.ts', ACTIVITIES);
  for (const [name, code] of files) {
    ok(code.includes(ADDRESS), `${name} has no ${ADDRESS}`);
    const here = code.replaceAll(ADDRESS, address);
    await write(name, system === 'CommonJS' ? forCommonJs(here) : here);
  }
}

/** As the comments of the page say: what is after `CommonJS:` stands for the property's value. */
function forCommonJs(code: string): string {
  return code.replace(/^( *\w+: ).*, \/\/ CommonJS: (.*)$/gm, '$1$2,');
}

interface RunningWorker {
  log(): string;
  /** Sends SIGINT, like Ctrl-C; returns the exit code. */
  end(): Promise<number | null>;
}

function startWorker(program: string, endpoint: string): RunningWorker {
  const env = { ...process.env, OTEL_EXPORTER_OTLP_ENDPOINT: endpoint };
  const child = spawn(process.execPath, [path.join('lib', 'worker.js')], { cwd: program, env });
  const closed = once(child, 'close').then(([code]) => code as number | null);
  let log = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => {
      log += text;
    });
  return {
    log: () => log,
    end: () => {
      child.kill('SIGINT');
      return closed;
    },
  };
}

/** Runs the page's command that finds a run by its trace; returns the run id. */
async function runOf(traceId: string, page: string, server: TemporalServer): Promise<string> {
  const [, query = ''] = /`temporal workflow list --query '(TraceId="…")'`/.exec(page) ?? [];
  ok(query !== '', 'the page has no such command');
  const command = ['workflow', 'list', '--query', query.replace('…', traceId), '--output', 'json'];
  const [found, ...more] = await until(
    async () => {
      const runs = JSON.parse(await temporalCli(server, ...command)) as { execution: { runId: string } }[];
      return runs.length > 0 && runs;
    },
    { says: `no run with the trace ${traceId} is listed` },
  );
  deepEqual(more, []);
  return found?.execution.runId ?? '';
}

/** Returns the compiler's output if it failed. */
function errorsOf(compiling: Promise<unknown>): Promise<string> {
  return compiling.then(
    () => '',
    ({ stdout, message }: { stdout: string; message: string }) => stdout || message,
  );
}
