/** A worker process as the benchmark sees it. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { VARIANTS, type Variant } from '../core/variants';
import type { WorkerMessage } from './worker';

/** Between exports, so that the spans of a round leave within it: a fifth of OpenTelemetry's default. */
export const EXPORT_DELAY_MS = 1_000;

export interface WorkerProcess {
  readonly taskQueue: string;
  /** CPU time of the process since it began. */
  cpuMs(): Promise<number>;
  stop(): Promise<void>;
}

/** Starts a worker and waits until it works. It ends with this process. */
export async function startWorker(
  variant: Variant,
  address: string,
  codePath: string,
  collectorUrl: string,
): Promise<WorkerProcess> {
  // As long for each variant: the name is in every history.
  const taskQueue = `bench-${VARIANTS.indexOf(variant)}`;
  const env = {
    ...process.env,
    OTEL_EXPORTER_OTLP_ENDPOINT: collectorUrl,
    OTEL_BSP_SCHEDULE_DELAY: String(EXPORT_DELAY_MS),
  };
  const child = fork(require.resolve('./worker'), [variant, address, taskQueue, codePath], { env });
  const exited = once(child, 'exit').then(([code]) => {
    throw new Error(`the worker of "${variant}" ended with exit code ${code}`);
  });
  exited.catch(() => {});
  const next = async (): Promise<number> => {
    const [message] = (await Promise.race([once(child, 'message'), exited])) as [WorkerMessage];
    return message.cpuMs;
  };
  await next();
  return {
    taskQueue,
    async cpuMs() {
      child.send('cpu');
      return next();
    },
    async stop() {
      child.disconnect();
      await exited.catch(() => {});
    },
  };
}
