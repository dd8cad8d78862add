/**
 * Starts ServiceApplication as a process of its own, and lets an operator release to it.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { Release } from './service-application/store';

/** It gets this long to answer what it was asked and to send its last spans. */
const STOP_TIMEOUT_MS = 3_000;

export interface ServiceApplication {
  /** Base URL without a trailing slash. */
  readonly url: string;
  /** Brings a release of ServiceApplication into service; release 2 is the one that forgot an index. */
  release(release: Release): Promise<void>;
  /** Ends the process; resolves when it is gone. */
  stop(): Promise<void>;
}

/** Starts ServiceApplication with this process's environment; its spans go where `OTEL_*` says. */
export async function startServiceApplication(): Promise<ServiceApplication> {
  const child = fork(require.resolve('./service-application/main.js'), {
    execArgv: ['--require', require.resolve('./service-application/telemetry.js')],
    env: { ...process.env, OTEL_SERVICE_NAME: 'ServiceApplication' },
    // Ctrl-C goes to the whole process group; the service must outlive the job's last call.
    detached: true,
  });
  const exited = once(child, 'exit');
  const [message] = await Promise.race([
    once(child, 'message'),
    exited.then(([code]) => Promise.reject(new Error(`ServiceApplication ended with exit code ${code}`))),
  ]);
  const { url } = message as { url: string };

  return {
    url,
    release: async (release) => {
      const response = await fetch(`${url}/releases/${release}`, { method: 'POST' });
      if (!response.ok)
        throw new Error(`ServiceApplication answered ${response.status}: ${await response.text()}`);
    },
    stop: async () => {
      if (child.connected) child.disconnect();
      const kill = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
      await exited;
      clearTimeout(kill);
    },
  };
}
