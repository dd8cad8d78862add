/**
 * Starts child processes that never outlive this one, however it ends, and do not get its Ctrl-C.
 */

import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';

/** Characters of a process's output that are kept for an error message. */
const OUTPUT_LIMIT = 4_000;
/** Time after which the watchdog, which itself kills after 2 seconds, counts as stuck. */
const END_TIMEOUT_MS = 5_000;

/** A child process that ends with this one at the latest. */
export interface BoundProcess {
  /** Resolves when the process has ended with exit code 0; rejects with the end of its output otherwise. */
  readonly ended: Promise<void>;
  /** Ends the process and its children. May be called twice, never throws, takes at most 5 seconds. */
  end(): Promise<void>;
  /** Ends the process at once, with SIGKILL, and resolves when it has ended. */
  kill(): Promise<void>;
  /** From now on neither the process nor its output keep this process alive. */
  unref(): void;
}

/** Starts a program that ends with this process at the latest. */
export function startBound(command: string, args: readonly string[], env: NodeJS.ProcessEnv): BoundProcess {
  const watchdog = require.resolve('./temporal-watchdog.js');
  // In its own session: Ctrl-C in a terminal must not stop a server that is still needed for an orderly end.
  const child = spawn(process.execPath, [watchdog, command, ...args], { env, detached: true });
  let output = '';
  const keep = (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-OUTPUT_LIMIT);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(output.trim() || `exit code ${code}`));
    });
  });
  const settled = ended.catch(() => {});
  const handles = [child, child.stdin as Socket, child.stdout as Socket, child.stderr as Socket];
  return {
    ended,
    end: async () => {
      for (const handle of handles) handle.ref();
      child.stdin.end();
      const stuck = setTimeout(() => child.kill('SIGKILL'), END_TIMEOUT_MS);
      await settled;
      clearTimeout(stuck);
    },
    kill: async () => {
      child.kill('SIGUSR2');
      await settled;
    },
    unref: () => {
      for (const handle of handles) handle.unref();
    },
  };
}
