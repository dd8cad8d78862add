/**
 * Program: a worker process of one variant, like a user's; it exports spans in batches over OTLP/HTTP. Sends its CPU
 * time and the peak of its memory on request.
 *
 * Arguments: variant, address of the Temporal server, task queue, path of the workflow bundle.
 */
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { DefaultLogger, NativeConnection, Runtime, Worker, type WorkerPlugin } from '@temporalio/worker';
import { JobTracingPlugin } from 'temporal-job-tracing';
import { officialPlugin } from '../../testing/official-plugin';
import * as activities from './activities';
import { type MemoryPeak, MemoryWatch } from './memory-peak';
import { isOurs, OUR_OPTIONS, type Variant } from './variants';

/** A message of the process: sent once it polls, and on each request. */
export interface WorkerMessage {
  /** User and system time of all threads since the start of the process, in milliseconds. */
  readonly cpuMs: number;
  /** Peak since the previous message. */
  readonly memory: MemoryPeak;
}

async function main(): Promise<void> {
  const [, , variant, address, taskQueue, codePath] = process.argv as [string, string, ...string[]];
  if (!variant || !address || !taskQueue || !codePath) throw new Error('expected four arguments');
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const memory = new MemoryWatch();
  const worker = await Worker.create({
    connection: await NativeConnection.connect({ address }),
    taskQueue,
    workflowBundle: { codePath },
    activities,
    plugins: pluginsOf(variant as Variant),
  });
  const done = worker.run();
  const sendUsage = () => {
    process.send?.({ cpuMs: cpuMs(), memory: memory.peak } satisfies WorkerMessage);
    memory.reset();
  };
  process.on('message', sendUsage).on('disconnect', () => {
    if (worker.getState() === 'RUNNING') worker.shutdown();
  });
  sendUsage();
  await done;
  process.exit();
}

function pluginsOf(variant: Variant): WorkerPlugin[] {
  if (isOurs(variant)) return [new JobTracingPlugin(OUR_OPTIONS[variant])];
  if (variant !== 'official plugin') return [];
  const processor = new BatchSpanProcessor(new OTLPTraceExporter());
  // Our plugin sets these up by itself; with them, both variants create the same spans of activities.
  const instrumentations = [new HttpInstrumentation(), new UndiciInstrumentation()];
  new NodeSDK({ spanProcessors: [processor], autoDetectResources: false, instrumentations }).start();
  return [officialPlugin(processor)];
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

void main();
