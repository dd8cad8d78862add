/**
 * Starts the console as a separate process, for the example's runs and spans.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Default port of OTLP/HTTP, to which other programs send their spans without configuration. */
const PORT = 4318;
const STOP_TIMEOUT_MS = 5_000;
const ADDRESS = /^Console: (?<url>http:\S+)$/;

/** The running console. */
export interface ConsoleProcess {
  /** Address of the pages and base URL for spans, without a trailing slash. */
  readonly url: string;
  /** Ends the process and removes its data. */
  stop(): Promise<void>;
}

type Temporal = { readonly address: string; readonly uiUrl?: string | undefined };

/**
 * Starts the console on the default port of OTLP/HTTP, or on another one if that is in use.
 *
 * @param temporal the server whose runs it shows
 * @param env environment of the process
 */
export async function startConsole(temporal: Temporal, env: NodeJS.ProcessEnv): Promise<ConsoleProcess> {
  // Another process may take the port after it was found to be free.
  if (await isFree(PORT)) return startOn(PORT, temporal, env).catch(() => startOn(0, temporal, env));
  return startOn(0, temporal, env);
}

async function startOn(port: number, temporal: Temporal, env: NodeJS.ProcessEnv): Promise<ConsoleProcess> {
  const data = await mkdtemp(join(tmpdir(), 'job-tracing-example-'));
  const webUi = temporal.uiUrl === undefined ? [] : ['--web-ui', temporal.uiUrl];
  const child = fork(
    require.resolve('./console-main.js'),
    ['console', '--port', `${port}`, '--address', temporal.address, '--data', data, ...webUi],
    {
      // No token is needed on the loopback interface.
      env: { ...env, JOB_TRACING_CONSOLE_TOKEN: '' },
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
      // Ctrl-C goes to the whole process group; the console must accept spans until the last one.
      detached: true,
    },
  );
  const exited = once(child, 'exit');
  const stop = async () => {
    if (child.connected) child.disconnect();
    const kill = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    if (child.exitCode === null && child.signalCode === null) await exited;
    clearTimeout(kill);
    await rm(data, { recursive: true, force: true });
  };
  const [line] = await Promise.race([
    child.stdout ? once(createInterface(child.stdout), 'line') : [''],
    exited.then(([code]) => [`ended with exit code ${code}`]),
  ]);
  const url = ADDRESS.exec(String(line))?.groups?.url;
  if (url !== undefined) return { url, stop };
  await stop();
  throw new Error(`The console did not start: expected its address, got: ${line}`);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    await once(server.listen(port, '127.0.0.1'), 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}
