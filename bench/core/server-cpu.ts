/** CPU time of the Temporal server, where it is a process of this machine that can be looked at (Linux). */
import { readdir, readFile } from 'node:fs/promises';

/** `USER_HZ`, the same on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** Finds the development server that listens there; `undefined` where there is none to be seen. */
export async function findServerProcess(address: string): Promise<number | undefined> {
  const port = address.split(':').at(-1) ?? '';
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  for (const pid of pids) {
    const words = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0');
    const isServer = words[1] === 'server' && words[words.indexOf('--port') + 1] === port;
    if (isServer) return Number(pid);
  }
  return undefined;
}

export async function cpuMsOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // After the name in parentheses: fields 14 and 15 of the whole are user and system time.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1_000) / TICKS_PER_SECOND;
}
