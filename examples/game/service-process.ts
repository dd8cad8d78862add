/**
 * Starts the game's service, a separate process that uses neither Temporal nor OpenTelemetry: a Go program with only
 * `net/http`, or, if Go is not installed, the same service in Node without any SDK.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { progress } from '../support/terminal';

const STOP_TIMEOUT_MS = 3_000;
const BUILD_TIMEOUT_MS = 300_000;
/** The project's folder: Go's sources are not in dist/, from which this file runs. */
const ROOT = join(__dirname, '..', '..', '..');
const GO_SOURCES = join(ROOT, 'examples', 'game', 'service');
const GO_PROGRAM = join(ROOT, 'dist', 'examples', 'game', 'service');

/** The running service. */
export interface GameService {
  /** Base URL without a trailing slash. */
  readonly url: string;
  /** Language of the service. */
  readonly language: 'Go' | 'Node';
  /** Ends the process; resolves when it is gone. */
  stop(): Promise<void>;
}

/** Builds and starts the service. */
export async function startGameService(): Promise<GameService> {
  const hasGo = await buildGo();
  const command = hasGo ? [GO_PROGRAM] : [process.execPath, require.resolve('./node-service/main')];
  const [program = '', ...args] = command;
  const child = spawn(program, args, {
    stdio: ['pipe', 'pipe', 'inherit'],
    // Ctrl-C goes to the whole process group; the service must outlive the jobs' last calls.
    detached: true,
  });
  const url = await firstLine(child);
  return {
    url,
    language: hasGo ? 'Go' : 'Node',
    stop: async () => {
      const exited = once(child, 'exit');
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.stdin?.end();
      const kill = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
      await exited;
      clearTimeout(kill);
    },
  };
}

/** Builds the program; returns false if Go is not installed. */
async function buildGo(): Promise<boolean> {
  progress("Building the game's service with Go");
  try {
    const args = ['build', '-o', GO_PROGRAM, '.'];
    await promisify(execFile)('go', args, { cwd: GO_SOURCES, timeout: BUILD_TIMEOUT_MS });
    return true;
  } catch (error) {
    const { code, stderr } = error as NodeJS.ErrnoException & { stderr?: string };
    if (code !== 'ENOENT')
      throw new Error(`go build failed in examples/game/service: ${stderr}`, { cause: error });
    progress(
      'Go is not installed (https://go.dev/dl): starting the same service in Node instead, without an SDK',
    );
    return false;
  }
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('the service has no standard output');
  const lines = createInterface({ input: child.stdout });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the game's service ended with exit code ${code}`);
  });
  const failed = once(child, 'error').then(([error]) => {
    throw error;
  });
  const [line] = await Promise.race([once(lines, 'line'), ended, failed]);
  for (const later of [ended, failed]) later.catch(() => {});
  return String(line);
}
