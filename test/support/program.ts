/** The program `temporal-job-tracing` as a process of its own, read by its output. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { until } from '../../testing/until';

export interface Ended {
  readonly code: number | null;
  readonly output: string;
}

export interface Program {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** What it has printed so far, errors too. */
  output(): string;
  /** The console's address, as soon as it is printed. */
  url(): Promise<string>;
}

/** With no Temporal server but one that it is given. */
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

/** Runs it to its end. */
export const runProgram = (args: readonly string[], env?: NodeJS.ProcessEnv): Promise<Ended> =>
  startProgram(args, env).ended;
