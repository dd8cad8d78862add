/** Starts worker processes and measures them. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { Variant } from './variants';
import type { WorkerMessage } from './worker';

/** Time between exports: a fifth of OpenTelemetry's default, so that the spans of a round are exported within it. */
export const EXPORT_DELAY_MS = 1_000;

/** Options of {@link startWorker}. */
export interface WorkerOptions {
  readonly variant: Variant;
  /** Task queue; its name has the same length for each variant, since it is in every history. */
  readonly taskQueue: string;
  /** `host:port` of the Temporal server. */
  readonly address: string;
  /** Path of the workflow bundle. */
  readonly codePath: string;
  readonly collectorUrl: string;
  /** Whether each thread reports its heap. @default false */
  readonly watchesHeap?: boolean;
}

/** A running worker process. */
export interface WorkerProcess {
  readonly taskQueue: string;
  /** Returns the CPU time of the process since its start, and the peak of its memory since the previous call. */
  usage(): Promise<WorkerMessage>;
  stop(): Promise<void>;
}

/** Starts a worker and waits until it polls. It ends with this process. */
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
