/**
 * A user's TypeScript code that imports from every entry of the package, compiled with a version of TypeScript.
 */
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Values of TypeScript's `moduleResolution`, with the value of `module` for each. */
const MODULES = { node10: 'commonjs', node16: 'node16', nodenext: 'nodenext', bundler: 'esnext' } as const;

export type Resolution = keyof typeof MODULES;

export interface Compiled {
  /** Errors in the user's code and in this package's types. */
  readonly errors: readonly string[];
  /** Number of errors in the types of other packages, by package. */
  readonly others: ReadonlyMap<string, number>;
}

/** Compiles the user's code in this project, with all types (`skipLibCheck: false`). */
export async function compile(project: string, tsc: string, resolution: Resolution): Promise<Compiled> {
  const directory = join(project, `types-${resolution}`);
  await mkdir(directory, { recursive: true });
  // Also as an ES module, where the module format matters.
  const files = resolution === 'node16' || resolution === 'nodenext' ? ['user.ts', 'user.mts'] : ['user.ts'];
  for (const file of files) await writeFile(join(directory, file), USER);
  await writeFile(join(directory, 'package.json'), '{ "type": "commonjs" }');
  const options = [
    '--noEmit',
    '--strict',
    '--exactOptionalPropertyTypes',
    '--target',
    'es2022',
    '--pretty',
    'false',
  ];
  const modules = ['--module', MODULES[resolution], '--moduleResolution', resolution];
  const args = [tsc, ...options, '--skipLibCheck', 'false', ...modules, ...files];
  const output = await promisify(execFile)(process.execPath, args, {
    cwd: directory,
    timeout: 180_000,
    maxBuffer: 64 * 1024 * 1024,
  }).then(
    ({ stdout }) => stdout,
    // The compiler exits with a code for errors of any package.
    (error: { stdout: string }) => error.stdout,
  );
  const all = output.split('\n').filter((line) => /error TS\d+/.test(line));
  const errors: string[] = [];
  const others = new Map<string, number>();
  for (const line of all) {
    const name = packageOf(line);
    if (name === undefined || name === 'temporal-job-tracing') errors.push(line);
    else others.set(name, (others.get(name) ?? 0) + 1);
  }
  return { errors, others };
}

/** Returns the package whose types have the error; `undefined` for one in the user's code or in the options. */
function packageOf(error: string): string | undefined {
  const [file = ''] = error.split('(');
  return /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1];
}

const USER = `
import { Client, Connection } from '@temporalio/client';
import { bundleWorkflowCode, NativeConnection, Worker } from '@temporalio/worker';
import { JobTracingPlugin, OptionError, redisPolicyStore, type JobTracingOptions } from 'temporal-job-tracing';
import { createHttpActivities, jobInfo as activityJobInfo } from 'temporal-job-tracing/activities';
import { startJobWatcher, type JobAlertsConfig } from 'temporal-job-tracing/alerts';
import { JobClient, SearchAttributesError } from 'temporal-job-tracing/client';
import { JobTracingClientPlugin } from 'temporal-job-tracing/client-plugin';
import { forEachItem, jobInfo, mapReduce, type ItemShard } from 'temporal-job-tracing/workflow';
import { interceptors } from 'temporal-job-tracing/workflow-interceptors';
import { scheduledJob, type HttpJobInput } from 'temporal-job-tracing/workflows';
import 'temporal-job-tracing/register';

const options: JobTracingOptions = { sampling: { default: 0.5 }, flushTimeoutMs: 100 };

export async function worker(): Promise<Worker> {
  const plugin = new JobTracingPlugin(options);
  const { code } = await bundleWorkflowCode({ workflowsPath: './workflows', plugins: [plugin] });
  const connection = await NativeConnection.connect({ plugins: [plugin] });
  return Worker.create({ connection, taskQueue: 'jobs', workflowBundle: { code }, plugins: [plugin] });
}

export async function traceOf(workflowId: string): Promise<string | undefined> {
  const connection = await Connection.connect({ plugins: [new JobTracingClientPlugin()] });
  const client = new Client({ connection, plugins: [new JobTracingPlugin(), new JobTracingClientPlugin()] });
  const { traceId } = await new JobClient({ client }).traces.of({ workflowId });
  return traceId;
}

export async function map({ items }: ItemShard<number>): Promise<number> {
  return (await forEachItem(items, (item) => String(item), async (item) => item)).length;
}

export const used = [OptionError, redisPolicyStore, createHttpActivities, activityJobInfo, startJobWatcher];
export const alsoUsed = [SearchAttributesError, jobInfo, mapReduce, interceptors, scheduledJob];
export type Used = [JobAlertsConfig, HttpJobInput];
// @ts-expect-error: the types are not any
export const wrong: number = new JobTracingPlugin({ flushTimeoutMs: 'soon' }).name;
`;
