/**
 * Starts an example's service as a separate process.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';

/** Time for the service to respond to its last requests and to export its last spans. */
const STOP_TIMEOUT_MS = 3_000;

/** A running service. */
export interface ServiceProcess {
  /** Base URL without a trailing slash. */
  readonly url: string;
  /** Sends an operator's `POST` to the service. */
  post(path: string): Promise<void>;
  /** Ends the process; resolves when it is gone. */
  stop(): Promise<void>;
}

/**
 * Starts the service with this process's environment, including the `OTEL_*` variables for its spans.
 *
 * @param name `service.name` of its spans
 * @param main path of its program, which calls `serve`
 */
export async function startService(name: string, main: string): Promise<ServiceProcess> {
  const child = fork(main, {
    execArgv: ['--require', require.resolve('./service/telemetry.js')],
    env: { ...process.env, OTEL_SERVICE_NAME: name },
    // Ctrl-C goes to the whole process group; the service must outlive the job's last call.
    detached: true,
  });
  const exited = once(child, 'exit');
  const [message] = await Promise.race([
    once(child, 'message'),
    exited.then(([code]) => Promise.reject(new Error(`${name} ended with exit code ${code}`))),
  ]);
  const { url } = message as { url: string };

  return {
    url,
    post: async (path) => {
      const response = await fetch(url + path, { method: 'POST' });
      if (!response.ok) throw new Error(`${name} answered ${response.status}: ${await response.text()}`);
    },
    stop: async () => {
      if (child.connected) child.disconnect();
      const kill = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
      await exited;
      clearTimeout(kill);
    },
  };
}
