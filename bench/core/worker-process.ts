/** A worker process as the benchmark sees it. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { Variant } from './variants';
import type { WorkerMessage } from './worker';

/** Between exports, so that the spans of a round leave within it: a fifth of OpenTelemetry's default. */
export const EXPORT_DELAY_MS = 1_000;

export interface WorkerOptions {
  readonly variant: Variant;
  /** As long for each variant: the name is in every history. */
  readonly taskQueue: string;
  /** `host:port` of the Temporal server. */
  readonly address: string;
  /** Path of the workflow bundle. */
  readonly codePath: string;
  readonly collectorUrl: string;
  /** Whether each thread tells about its heap. @default false */
  readonly watchesHeap?: boolean;
}

export interface WorkerProcess {
  readonly taskQueue: string;
  /** CPU time of the process since it began, and its memory's peak since it was asked before. */
  usage(): Promise<WorkerMessage>;
  stop(): Promise<void>;
}

/** Starts a worker and waits until it works. It ends with this process. */
export async function startWorker(options: WorkerOptions): Promise<WorkerProcess> {
  const { variant, taskQueue, address, codePath, collectorUrl, watchesHeap = false } = options;
  const env = {
    ...process.env,
    OTEL_EXPORTER_OTLP_ENDPOINT: collectorUrl,
    OTEL_BSP_SCHEDULE_DELAY: String(EXPORT_DELAY_MS),
  };
  const execArgv = watchesHeap ? ['--require', require.resolve('./heap-sampler')] : [];
  const child = fork(require.resolve('./worker'), [variant, address, taskQueue, codePath], { env, execArgv });
  const exited = once(child, 'exit').then(([code]) => {
    throw new Error(`the worker of "${variant}" ended with exit code ${code}`);
  });
  exited.catch(() => {});
  const next = async (): Promise<WorkerMessage> => {
    const [message] = (await Promise.race([once(child, 'message'), exited])) as [WorkerMessage];
    return message;
  };
  await next();
  return {
    taskQueue,
    async usage() {
      child.send('usage');
      return next();
    },
    async stop() {
      child.disconnect();
      await exited.catch(() => {});
    },
  };
}
