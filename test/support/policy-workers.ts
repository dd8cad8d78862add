/** Workers in processes of their own, which tests can kill. */
import { fork } from 'node:child_process';
import path from 'node:path';
import type { JobTracingOptions } from 'temporal-job-tracing';
import { endOf, messageOf } from './child-process';
import type { Harness } from './harness';

export interface PolicyWorkerSetup {
  readonly taskQueue: string;
  readonly plugin?: JobTracingOptions;
  readonly namespace?: string;
  /** Port of the Redis with the live policy. @default none */
  readonly redisPort?: number;
}

export interface PolicyWorker {
  /** Kills the process with `SIGKILL`, so that the worker cannot shut down. */
  kill(): Promise<void>;
  /** Shuts the worker down, as a deployment does. May be called after {@link kill}. */
  stop(): Promise<void>;
}

/** Starts a worker, and resolves when it is ready. It exports its spans to the receiver of the harness. */
export async function startPolicyWorker(
  harness: Harness,
  { taskQueue, plugin = {}, namespace = 'default', redisPort }: PolicyWorkerSetup,
): Promise<PolicyWorker> {
  const env = {
    ...process.env,
    TEMPORAL: harness.server.address,
    NAMESPACE: namespace,
    TASK_QUEUE: taskQueue,
    PLUGIN: JSON.stringify(plugin),
    ...(redisPort !== undefined && { REDIS: String(redisPort) }),
  };
  const child = fork(path.join(__dirname, 'processes', 'policy-worker.js'), { env });
  await messageOf(child);
  return {
    async kill() {
      child.kill('SIGKILL');
      await endOf(child);
    },
    async stop() {
      if (child.connected) child.disconnect();
      await endOf(child);
    },
  };
}
