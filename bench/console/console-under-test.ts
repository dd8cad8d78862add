/**
 * The console's store and intake under test, in a separate process with its own data directory.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProcessRequest, ProcessResponse } from './console-process';

/** A running process of the console's store and intake. */
export class ConsoleUnderTest {
  private constructor(
    readonly url: string,
    /** Milliseconds from the first line of the program until it accepts spans. */
    readonly startMs: number,
    private readonly child: ChildProcess,
    private readonly directory: string,
  ) {}

  static async start(directory = mkdtempSync(join(tmpdir(), 'bench-console-'))): Promise<ConsoleUnderTest> {
    const child = fork(require.resolve('./console-process'), [directory]);
    const { url, ms } = await nextMessage<{ url: string; ms: number }>(child);
    return new ConsoleUnderTest(url, ms, child, directory);
  }

  /** Sends a request; only one at a time. */
  async request(request: ProcessRequest): Promise<ProcessResponse> {
    this.child.send(request);
    return nextMessage(this.child);
  }

  /** Ends the process and starts a new one with the stored data. */
  async restart(): Promise<ConsoleUnderTest> {
    await this.end();
    return ConsoleUnderTest.start(this.directory);
  }

  async stop(): Promise<void> {
    await this.end();
    rmSync(this.directory, { recursive: true });
  }

  private async end(): Promise<void> {
    const exited = once(this.child, 'exit');
    this.child.disconnect();
    await exited;
  }
}

/** Returns the next message of the process. @throws {Error} if it ends before */
async function nextMessage<T>(child: ChildProcess): Promise<T> {
  const over = new AbortController();
  const ended = once(child, 'exit', { signal: over.signal }).then(([code]) => {
    throw new Error(`the process of the console ended with exit code ${code}`);
  });
  try {
    const [message] = (await Promise.race([once(child, 'message'), ended])) as [T];
    return message;
  } finally {
    ended.catch(() => {});
    over.abort();
  }
}
