/** The command `watch` in a process of its own, as users run it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JobAlertsConfig } from 'temporal-job-tracing/alerts';
import { until } from '../../../testing/until.js';
import { HOOK_KEY } from './receiver.js';

const CLI = require.resolve('../../../cli.js');

export interface EndedProcess {
  readonly code: number | null;
  readonly output: string;
}

export class WatchProcess {
  readonly #child: ChildProcess;
  #output = '';

  private constructor(args: readonly string[], env: NodeJS.ProcessEnv) {
    this.#child = spawn(process.execPath, [CLI, 'watch', ...args], {
      env: { ...process.env, HOOK_KEY, ...env },
    });
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.on('data', (chunk: Buffer) => {
        this.#output += chunk.toString();
      });
    // It must not outlive a test that fails.
    process.once('exit', () => this.#child.kill('SIGKILL'));
  }

  /** Starts the command and waits until it prints that it is watching. */
  static async start(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<WatchProcess> {
    const watch = new WatchProcess(args, env);
    await until(() => watch.#output.includes('Watching'), {
      says: () => `it does not watch: ${watch.#output}`,
    });
    return watch;
  }

  /** Runs the command until it exits. */
  static async run(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<EndedProcess> {
    const watch = new WatchProcess(args, env);
    const [code] = await once(watch.#child, 'close');
    return { code, output: watch.#output };
  }

  /** Sends the signal, and waits until the process has exited. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<EndedProcess> {
    const closed = once(this.#child, 'close');
    this.#child.kill(signal);
    const [code] = await closed;
    return { code, output: this.#output };
  }
}

/** Calls `fn` with the path of a temporary file that contains the configuration. */
export async function withConfigFile<T>(
  config: JobAlertsConfig | string,
  fn: (path: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'alerts-'));
  try {
    const path = join(folder, 'job-alerts.json');
    await writeFile(path, typeof config === 'string' ? config : JSON.stringify(config));
    return await fn(path);
  } finally {
    await rm(folder, { recursive: true });
  }
}
