/**
 * A user's project: this package as it is published, installed by npm beside a version of the Temporal SDK.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endOf } from './child-process';
import { copyProject } from './matrix/projects';
import { pack } from './packed';

export interface InstalledProject {
  readonly directory: string;
  remove(): Promise<void>;
}

/**
 * Installs the package with `@temporalio` packages of this version, even outside the peer range, and with `more`
 * packages (name → version).
 */
export async function installProject(
  sdkVersion: string,
  more: Readonly<Record<string, string>> = {},
): Promise<InstalledProject> {
  const directory = await mkdtemp(join(tmpdir(), 'job-tracing-project-'));
  try {
    const tarball = await pack(directory);
    const dependencies = { '@opentelemetry/api': '1.9.1', ...more };
    await copyProject(tarball, directory, { dependencies, sdk: sdkVersion });
    await writeFile(join(directory, 'workflows.cjs'), WORKFLOWS);
    await writeFile(join(directory, 'worker.cjs'), WORKER);
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
  return { directory, remove: () => rm(directory, { recursive: true, force: true }) };
}

/** Runs the project's worker, or another file, while `fn` runs; returns the log lines of the plugin. */
export async function whileProjectRuns(
  { directory }: InstalledProject,
  env: NodeJS.ProcessEnv & { readonly TEMPORAL: string; readonly TASK_QUEUE: string },
  fn: () => Promise<void>,
  { file = 'worker.cjs', execArgv = [] as string[] } = {},
): Promise<readonly string[]> {
  const worker = fork(join(directory, file), {
    cwd: directory,
    env: { ...process.env, ...env },
    execArgv,
  });
  const lines: string[] = [];
  worker.on('message', (line) => lines.push(String(line)));
  const exited = once(worker, 'exit');
  try {
    await Promise.race([
      fn(),
      exited.then(([code]) => Promise.reject(new Error(`the worker ended with ${code}`))),
    ]);
  } finally {
    if (worker.connected) worker.send('stop');
    await endOf(worker);
  }
  return lines;
}

const WORKFLOWS = `
const { executeChild, proxyActivities, proxyLocalActivities } = require('@temporalio/workflow');
const { hello } = proxyActivities({ startToCloseTimeout: '10s' });
const local = proxyLocalActivities({ startToCloseTimeout: '10s' });
exports.child = async () => hello();
exports.parent = async () => [await hello(), await local.hello(), await executeChild('child')];
`;

const WORKER = `
const { DefaultLogger, NativeConnection, Runtime, Worker } = require('@temporalio/worker');
const { JobTracingPlugin } = require('temporal-job-tracing');
async function main() {
  const isOurs = (message) => message.startsWith('temporal-job-tracing');
  const logger = new DefaultLogger('WARN', ({ message }) => isOurs(message) && process.send(message));
  Runtime.install({ logger });
  const connection = await NativeConnection.connect({ address: process.env.TEMPORAL });
  const worker = await Worker.create({
    connection,
    taskQueue: process.env.TASK_QUEUE,
    workflowsPath: require.resolve('./workflows.cjs'),
    activities: { hello: async () => 'hello' },
    plugins: [new JobTracingPlugin()],
  });
  process.once('message', () => worker.shutdown());
  await worker.run();
  await connection.close();
  process.disconnect();
}
void main();
`;
