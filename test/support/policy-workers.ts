/** Workers in processes of their own, which can be killed. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { JobTracingOptions } from 'temporal-job-tracing';
import type { Harness } from './harness';

export interface PolicyWorkerSetup {
  readonly taskQueue: string;
  readonly plugin?: JobTracingOptions;
  readonly namespace?: string;
  /** Port of the Redis with the live policy. @default none */
  readonly redisPort?: number;
}

export interface PolicyWorker {
  /** With `SIGKILL`: nothing of it is left, and nothing was said to the server. */
  kill(): Promise<void>;
  /** As a deployment stops it. May be called after {@link kill}. */
  stop(): Promise<void>;
}

/** Resolves when the worker works. Its spans go to the receiver of the harness. */
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
  const [message] = await Promise.race([once(child, 'message'), once(child, 'exit')]);
  if (message?.ready !== true) throw new Error(`the worker ended: ${message}`);
  return {
    async kill() {
      child.kill('SIGKILL');
      await ended(child);
    },
    async stop() {
      if (child.connected) child.disconnect();
      await ended(child);
    },
  };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}
