/**
 * Program: `temporal-watchdog.js <command> [args…]` runs a command and its children for as long as its standard
 * input is open.
 *
 * The kernel closes that pipe however its owner ends, even by SIGKILL: the command never outlives the owner.
 */

import { spawn } from 'node:child_process';

/** Time for an orderly end before SIGKILL. */
const GRACE_MS = 2_000;

const [command, ...args] = process.argv.slice(2);
if (command === undefined) throw new Error('usage: <command> [args…]');

// In its own process group, so that the command's children can be ended with it.
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
    // It has ended by itself.
  }
}
