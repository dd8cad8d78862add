/** A console's store and intake as the benchmark sees it: a process of its own, in a directory of its own. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProcessAnswer, Question } from './console-process';

export class ConsoleUnderTest {
  private constructor(
    readonly url: string,
    /** From the first line of the program until it takes spans. */
    readonly startMs: number,
    private readonly child: ChildProcess,
    private readonly directory: string,
  ) {}

  static async start(directory = mkdtempSync(join(tmpdir(), 'bench-console-'))): Promise<ConsoleUnderTest> {
    const child = fork(require.resolve('./console-process'), [directory]);
    const [{ url, ms }] = (await once(child, 'message')) as [{ url: string; ms: number }];
    return new ConsoleUnderTest(url, ms, child, directory);
  }

  /** One question at a time. */
  async ask(question: Question): Promise<ProcessAnswer> {
    this.child.send(question);
    const [answer] = (await once(this.child, 'message')) as [ProcessAnswer];
    return answer;
  }

  /** Ends it and starts it again with what it has stored. */
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
