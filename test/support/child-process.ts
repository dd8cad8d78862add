/** Processes that tests start with an IPC channel: their next message and their end, each with a deadline. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

const WITHIN_MS = 60_000;

/**
 * Waits for the process's next message.
 *
 * @throws {Error} if the process ends first, or sends none in time; with its standard error if that is piped
 */
export async function messageOf<T>(child: ChildProcess, within = WITHIN_MS): Promise<T> {
  let errors = '';
  child.stderr?.on('data', (text) => {
    errors += text;
  });
  const [, program = ''] = child.spawnargs;
  const problem = (what: string) => new Error(`${path.basename(program)} ${what}: ${errors}`);
  const signal = AbortSignal.timeout(within);
  const message = once(child, 'message', { signal }).catch((error) => {
    throw signal.aborted ? problem(`sent no message within ${within} ms`) : error;
  });
  const ended = once(child, 'close', { signal }).then(([code, killedBy]) => {
    throw problem(`ended with ${killedBy ?? code}`);
  });
  const [first] = await Promise.race([message, ended]);
  return first;
}

/** Waits until the process has ended; kills it if it does not end in time. */
export async function endOf(child: ChildProcess, within = WITHIN_MS): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const kill = setTimeout(() => child.kill('SIGKILL'), within);
  await once(child, 'exit');
  clearTimeout(kill);
}
