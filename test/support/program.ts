/** The program `temporal-job-tracing` in a process of its own, observed through its output. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { until } from '../../testing/until';
import { endOf } from './child-process';

export interface ExitedProgram {
  readonly code: number | null;
  readonly output: string;
}

export interface Program {
  readonly child: ChildProcess;
  readonly ended: Promise<ExitedProgram>;
  /** Standard output and standard error so far. */
  output(): string;
  /** Waits until the program prints the console's address, and returns it. */
  url(): Promise<string>;
}

/** Starts the program. Without an address in `args` or `env`, it has no Temporal server. */
export function startProgram(args: readonly string[], env: NodeJS.ProcessEnv = {}): Program {
  const child = spawn(process.execPath, [require.resolve('../../cli'), ...args], {
    env: { ...process.env, TEMPORAL_ADDRESS: '127.0.0.1:1', JOB_TRACING_CONSOLE_TOKEN: '', ...env },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
  return {
    child,
    ended: once(child, 'close').then(([code]) => ({ code, output })),
    output: () => output,
    url: () =>
      until(() => /^Console: (http:\S+)/m.exec(output)?.[1], { says: () => `no address in: ${output}` }),
  };
}

/** Runs the program until it exits; one that does not exit in time is killed, and has no exit code. */
export async function runProgram(args: readonly string[], env?: NodeJS.ProcessEnv): Promise<ExitedProgram> {
  const { child, ended } = startProgram(args, env);
  await endOf(child);
  return ended;
}
