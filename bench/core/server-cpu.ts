/** CPU time of the Temporal server, if it is a process of this machine, on Linux. */
import { readdir, readFile } from 'node:fs/promises';

/** `USER_HZ`, the same on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** Returns the process id of the development server with this address; `undefined` if it is not found. */
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

/** Returns the CPU time of a process since its start, in milliseconds. */
export async function cpuMsOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // Fields 14 and 15 are user and system time; counted from after the name in parentheses, which may contain spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1_000) / TICKS_PER_SECOND;
}
