/** Waiting for a process's message or end always ends, and says why there is none. */
import { deepEqual, equal, rejects } from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { describe, it } from 'node:test';
import { endOf, messageOf } from '../support/child-process';

const LIVES = 'process.on("disconnect", () => {}); setInterval(() => {}, 1000);';

function run(program: string): ChildProcess {
  return spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
}

describe('messageOf', () => {
  it('returns the message', async () => {
    const child = run(`process.send({ port: 1 }); ${LIVES}`);
    deepEqual(await messageOf(child), { port: 1 });
    child.kill();
  });

  it('fails when the process ends first, with its exit code and its standard error', async () => {
    await rejects(messageOf(run('console.error("no port"); process.exit(3)')), /ended with 3: no port/);
  });

  it('fails when no message arrives in time', async () => {
    const child = run(LIVES);
    await rejects(messageOf(child, 50), /sent no message within 50 ms/);
    child.kill();
  });
});

describe('endOf', () => {
  it('waits for the end, and kills a process that goes on', async () => {
    const ends = run('');
    await endOf(ends);
    equal(ends.exitCode, 0);
    const goesOn = run(LIVES);
    await endOf(goesOn, 50);
    equal(goesOn.signalCode, 'SIGKILL');
    await endOf(goesOn);
  });
});
