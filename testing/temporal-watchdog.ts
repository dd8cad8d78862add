/**
 * Program: `temporal-watchdog.js <command> [args…]` runs a command, and all it starts, for as long as somebody
 * holds its standard input open.
 *
 * The kernel closes that pipe however its owner ends, SIGKILL included: the command never outlives it.
 */

import { spawn } from 'node:child_process';

/** Time to end in good order before SIGKILL. */
const GRACE_MS = 2_000;

const [command, ...args] = process.argv.slice(2);
if (command === undefined) throw new Error('usage: <command> [args…]');

// A process group of its own, so that what the command started can be ended with it.
const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'], detached: true });

child.once('error', (error) => {
  console.error(error.message);
  process.exit(127);
});
child.once('exit', (code) => process.exit(code ?? 1));
process.stdin.resume().once('error', end).once('end', end);
process.once('SIGUSR2', () => signalAll('SIGKILL'));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, end);

function end(): void {
  signalAll('SIGTERM');
  setTimeout(() => signalAll('SIGKILL'), GRACE_MS);
}

function signalAll(signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // It ended by itself in between.
  }
}
