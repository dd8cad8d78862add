/**
 * A program of a user's project: workers with the plugin in one process, each of which runs one workflow. The source is
 * an ES module, and is transformed for CommonJS.
 */
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { transform } from 'esbuild';
import { loaderOf } from './projects';

export type ModuleSystem = 'CommonJS' | 'ES modules';
/** Major versions of the OpenTelemetry SDK whose span processors the plugin receives. */
export type SdkLine = '1.x' | '2.x' | '3.x';

export interface WorkerSettings {
  readonly connection: {
    readonly address: string;
    readonly apiKey?: string;
    /** PEM strings. */
    readonly tls?: { readonly ca: string; readonly crt?: string; readonly key?: string };
  };
  readonly namespace?: string;
  /** Options of the worker that JSON can represent. */
  readonly options?: { readonly reuseV8Context?: boolean; readonly debugMode?: boolean };
  /** Whether the data converter encodes payloads and failures. */
  readonly encoded?: boolean;
  /** Path of a prebuilt workflow bundle. @default the worker bundles the workflows */
  readonly workflowBundle?: string;
}

export interface ProgramSettings {
  readonly workers: readonly WorkerSettings[];
  /** @default none: the plugin exports spans as the `OTEL_*` variables specify */
  readonly sdk?: SdkLine;
  /** URL of the OTLP receiver. */
  readonly endpoint: string;
}

export interface Outcome {
  /** Run id of each worker's run. */
  readonly runIds: readonly string[];
  /** Log lines of the plugin at WARN and above. */
  readonly log: readonly string[];
}

/** Writes the program and its workflows into this folder; returns the program's path. */
export async function programIn(directory: string, system: ModuleSystem): Promise<string> {
  const isEsm = system === 'ES modules';
  await mkdir(directory, { recursive: true });
  const write = async (name: string, source: string) => {
    const { code } = isEsm ? { code: source } : await transform(source, { format: 'cjs', platform: 'node' });
    await writeFile(join(directory, name), code);
  };
  await writeFile(join(directory, 'package.json'), JSON.stringify({ type: isEsm ? 'module' : 'commonjs' }));
  await write('workflows.js', WORKFLOWS);
  await write('worker.js', WORKER.replace('WORKFLOWS_PATH', isEsm ? ESM_PATH : CJS_PATH));
  await write('bundle.js', BUNDLE.replace('WORKFLOWS_PATH', isEsm ? ESM_PATH : CJS_PATH));
  // Loaded by the worker's threads, which require it.
  await writeFile(join(directory, 'converter.cjs'), CONVERTER);
  return join(directory, 'worker.js');
}

/** Runs a program with this Node.js binary until it exits; returns the outcome that it prints. */
export async function runProgram(
  node: string,
  program: string,
  settings: ProgramSettings,
  cwd = join(program, '..'),
): Promise<Outcome> {
  const env = {
    ...process.env,
    SETTINGS: JSON.stringify(settings),
    OTEL_EXPORTER_OTLP_ENDPOINT: settings.endpoint,
    OTEL_SERVICE_NAME: 'matrix',
  };
  const args = [...loaderOf(join(program, '..', '..')), program];
  const { stdout } = await promisify(execFile)(node, args, { cwd, env, timeout: 120_000 });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
}

/** Builds a workflow bundle of a program's workflows with this Node.js binary. */
export async function buildBundle(program: string, node: string, target: string): Promise<void> {
  await promisify(execFile)(node, [join(program, '..', 'bundle.js'), target], { timeout: 120_000 });
}

/** Paths of the workflows, as in the README. */
const ESM_PATH = `fileURLToPath(import.meta.resolve('./workflows.js'))`;
const CJS_PATH = `require.resolve('./workflows')`;

const WORKFLOWS = `
import { executeChild, proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import { jobInfo } from 'temporal-job-tracing/workflow';
export { scheduledJob } from 'temporal-job-tracing/workflows';
const { hello } = proxyActivities({ startToCloseTimeout: '20s' });
const local = proxyLocalActivities({ startToCloseTimeout: '20s' });
export async function child() { return hello(jobInfo()?.jobName); }
export async function parent() {
  return [await hello('a'), await local.hello('b'), await executeChild(child)];
}
`;

const BUNDLE = `
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { JobTracingPlugin } from 'temporal-job-tracing';
async function main() {
  const plugins = [new JobTracingPlugin()];
  const logger = new DefaultLogger('WARN');
  const { code } = await bundleWorkflowCode({ workflowsPath: WORKFLOWS_PATH, plugins, logger });
  await writeFile(process.argv[2], code);
}
void main();
`;

const CONVERTER = `
const { DefaultFailureConverter } = require('@temporalio/common');
exports.failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
`;

const WORKER = `
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { JobTracingPlugin } from 'temporal-job-tracing';
import { JobClient } from 'temporal-job-tracing/client';

const { workers, sdk, endpoint } = JSON.parse(process.env.SETTINGS);
// Resolves from the program's folder, even if a bundler has moved this code.
const load = createRequire(join(process.cwd(), 'worker.js'));

function spanProcessors() {
  if (sdk === undefined) return {};
  const { BatchSpanProcessor } = load(sdk === '3.x' ? '@opentelemetry/sdk-trace' : '@opentelemetry/sdk-trace-base');
  const { OTLPTraceExporter } = load('@opentelemetry/exporter-trace-otlp-http');
  const exporter = new OTLPTraceExporter({ url: endpoint + '/v1/traces' });
  return { spanProcessors: [new BatchSpanProcessor(sdk === '3.x' ? { exporter } : exporter)] };
}

/** Inverts each byte of a payload, as a stand-in for encryption. */
const inverted = (payloads) => payloads.map((payload) => ({
  metadata: { encoding: Buffer.from('binary/inverted') },
  data: Buffer.from(JSON.stringify({ metadata: Object.fromEntries(Object.entries(payload.metadata).map(
    ([key, value]) => [key, Buffer.from(value).toString('base64')])),
    data: Buffer.from(payload.data ?? []).toString('base64') })).map((byte) => 255 - byte),
}));
const restored = (payloads) => payloads.map((payload) => {
  if (Buffer.from(payload.metadata?.encoding ?? []).toString() !== 'binary/inverted') return payload;
  const { metadata, data } = JSON.parse(Buffer.from(payload.data).map((byte) => 255 - byte).toString());
  return { metadata: Object.fromEntries(Object.entries(metadata).map(
    ([key, value]) => [key, Buffer.from(value, 'base64')])), data: Buffer.from(data, 'base64') };
});
const codec = { encode: async (payloads) => inverted(payloads), decode: async (payloads) => restored(payloads) };

// All workers of a process share them.
const sharedOptions = spanProcessors();

async function runOne(settings, index) {
  const { connection: { address, apiKey, tls }, namespace = 'default', options, encoded, workflowBundle } = settings;
  const buffer = (pem) => pem && Buffer.from(pem);
  const connection = await NativeConnection.connect({
    address,
    ...(apiKey && { apiKey }),
    ...(tls && { tls: {
      serverRootCACertificate: buffer(tls.ca),
      ...(tls.crt && { clientCertPair: { crt: buffer(tls.crt), key: buffer(tls.key) } }),
    } }),
  });
  try {
    const taskQueue = 'matrix-' + process.pid + '-' + index;
    const dataConverter = encoded
      ? { payloadCodecs: [codec], failureConverterPath: load.resolve('./converter.cjs') } : undefined;
    const plugin = new JobTracingPlugin({ ...sharedOptions, flushTimeoutMs: 30_000 });
    const worker = await Worker.create({
      connection, namespace, taskQueue, ...options,
      ...(dataConverter && { dataConverter }),
      ...(workflowBundle ? { workflowBundle: { codePath: workflowBundle } } : { workflowsPath: WORKFLOWS_PATH }),
      activities: { hello: async (name) => 'hello ' + name },
      plugins: [plugin],
    });
    const client = new Client({ connection, namespace, plugins: [plugin], ...(dataConverter && { dataConverter }) });
    return await worker.runUntil(async () => {
      const handle = await client.workflow.start('parent', { taskQueue, workflowId: taskQueue });
      const result = JSON.stringify(await handle.result());
      if (result !== '["hello a","hello b","hello parent"]') throw new Error('the workflow returned ' + result);
      const { traceId } = await new JobClient({ client }).traces.of({ workflowId: taskQueue });
      const runId = handle.firstExecutionRunId;
      if (traceId !== runId.replaceAll('-', '')) throw new Error('the run ' + runId + ' has the trace ' + traceId);
      return runId;
    });
  } finally {
    await connection.close();
  }
}

async function main() {
  const log = [];
  const isOurs = (message) => /temporal-job-tracing|JobTracing/.test(message);
  Runtime.install({ logger: new DefaultLogger('WARN', ({ message }) => isOurs(message) && log.push(message)) });
  const runIds = await Promise.all(workers.map(runOne));
  console.log(JSON.stringify({ runIds, log }));
}
main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
`;
