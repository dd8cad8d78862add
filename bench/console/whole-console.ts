/**
 * The console as users start it: its program, in a separate process with its own data directory.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const PROGRAM = require.resolve('../../cli');

/** A running console. */
export class WholeConsole {
  private constructor(
    readonly url: string,
    /** Milliseconds from the start of the process to its first response. */
    readonly startMs: number,
    private readonly child: ChildProcess,
    private readonly directory: string,
  ) {}

  /**
   * Starts the console.
   *
   * @param temporal address of a Temporal server
   */
  static async start(temporal: string): Promise<WholeConsole> {
    const directory = mkdtempSync(join(tmpdir(), 'bench-console-'));
    const begun = performance.now();
    const args = ['console', '--port', '0', '--data', directory, '--address', temporal];
    const child = spawn(process.execPath, [PROGRAM, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    const url = await addressOf(child);
    await (await fetch(`${url}/healthz`)).text();
    child.stdout?.resume();
    return new WholeConsole(url, performance.now() - begun, child, directory);
  }

  /** The process's resident memory, in bytes; `NaN` where it cannot be read, that is, not on Linux. */
  get residentBytes(): number {
    try {
      const [, kib] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${this.child.pid}/status`, 'utf8')) ?? [];
      return Number(kib) * 1024;
    } catch {
      return Number.NaN;
    }
  }

  async stop(): Promise<void> {
    const exited = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await exited;
    rmSync(this.directory, { recursive: true });
  }
}

async function addressOf({ stdout }: ChildProcess): Promise<string> {
  if (!stdout) throw new Error('the console has no output');
  const lines = createInterface({ input: stdout });
  for await (const line of lines) {
    const [, url] = /^Console: (http:\S+)$/.exec(line) ?? [];
    if (url !== undefined) return url;
  }
  throw new Error('the console has ended without an address');
}
