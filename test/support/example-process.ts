/** An example as users run it: `node dist/examples/main.js` in a process of its own, observed through its output. */
import { equal } from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { until } from '../../testing/until';

/** A story takes long on a busy machine. */
const OUTPUT_WITHIN_MS = 150_000;
/** Time limit of a test. At that of `scripts/test-timeout.cjs`, its file ends at once and leaves the examples behind. */
export const STORY_MS = 170_000;

const started: ChildProcess[] = [];

export interface ExampleProcess {
  readonly child: ChildProcess;
  readonly exitCode: Promise<number | null>;
  /** Standard output so far. */
  output(): string;
  /** Standard error so far. */
  errors(): string;
  /** Waits for the first match in the output; rejects if the process ends before. */
  waitForOutput(pattern: RegExp): Promise<RegExpExecArray>;
}

export function runExample(args: readonly string[], env: NodeJS.ProcessEnv = {}): ExampleProcess {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('OTEL_'));
  const child = spawn(process.execPath, [require.resolve('../../examples/main'), ...args], {
    env: { ...Object.fromEntries(inherited), ...env },
  });
  started.push(child);
  let [output, errors] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const exitCode = once(child, 'close').then(([code]) => code as number | null);
  return {
    child,
    exitCode,
    output: () => output,
    errors: () => errors,
    waitForOutput: (pattern) =>
      until(
        () => {
          const match = pattern.exec(output);
          if (match === null && child.exitCode !== null)
            throw new Error(`ended without printing ${pattern}: ${output}${errors}`);
          return match;
        },
        { within: OUTPUT_WITHIN_MS, says: () => `nothing printed matches ${pattern}: ${output}${errors}` },
      ),
  };
}

/** Kills all processes of {@link runExample}; for the end of a test file. */
export function killExamples(): void {
  for (const child of started) child.kill('SIGKILL');
}

/**
 * Asserts that nothing listens any more on the ports that the example printed for its Temporal server and its service.
 */
export async function assertPortsClosed(output: string, serviceName: string): Promise<void> {
  const addresses = new RegExp(
    `^ {2}(?:Temporal server|${serviceName}) +(?:http://)?127\\.0\\.0\\.1:(?<port>\\d+)$`,
    'gm',
  );
  const ports = [...output.matchAll(addresses)].map((match) => Number(match.groups?.port));
  equal(ports.length, 2, output);
  // The example does not stop a server that was running before.
  const isShared = output.includes(`${process.env.TEMPORAL_ADDRESS}\n`);
  for (const port of isShared ? ports.slice(1) : ports) {
    const isClosed = async () => !(await listens(port));
    await until(isClosed, { within: 5_000, says: `something still listens on port ${port}` });
  }
}

async function listens(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
