/**
 * Redis servers of the tests, on free ports; tests can stop and restart them.
 *
 * Without `redis-server` on the machine the tests are skipped with a reason; in CI they fail.
 */
import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from './free-port';
import { until } from './until';

/** A running Redis server. */
export interface RedisServer {
  readonly port: number;
  readonly url: string;
  /** Runs `redis-cli` with these arguments; returns its output without the line end. */
  cli(...args: readonly string[]): Promise<string>;
  /** Restarts the server after {@link stop}, without data. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

const START_WITHIN_MS = 20_000;
const WATCHDOG = require.resolve('./temporal-watchdog.js');

/** Value for the option `skip` of tests that need Redis: false, or the reason. */
export const WITHOUT_REDIS = process.env.CI !== 'true' && !isInstalled() && 'redis-server is not installed';

/**
 * Starts a Redis server.
 *
 * @param args more arguments of `redis-server`, such as `--requirepass secret`
 * @param cliArgs more arguments of `redis-cli`, such as `-a secret`
 */
export async function startRedis(
  args: readonly string[] = [],
  cliArgs: readonly string[] = [],
): Promise<RedisServer> {
  const port = await freePort();
  let stopServer: (() => Promise<void>) | undefined;

  async function cli(...words: readonly string[]): Promise<string> {
    const { stdout } = await promisify(execFile)('redis-cli', ['-p', String(port), ...cliArgs, ...words]);
    return stdout.trimEnd();
  }

  const server: RedisServer = {
    port,
    url: `redis://127.0.0.1:${port}`,
    cli,
    async start() {
      const directory = await mkdtemp(join(tmpdir(), 'redis-'));
      const where = ['--port', String(port), '--bind', '127.0.0.1', '--dir', directory];
      // The watchdog ends the server with this process, however that ends.
      const command = [WATCHDOG, 'redis-server', ...args, ...where, '--save', ''];
      const child = spawn(process.execPath, command, { stdio: ['pipe', 'ignore', 'ignore'] });
      const end = once(child, 'exit');
      stopServer = async () => {
        child.stdin.end();
        await end;
        await rm(directory, { recursive: true, force: true });
      };
      const answers = async () => /PONG|NOAUTH/.test(await cli('ping').catch(String));
      const started = until(answers, { within: START_WITHIN_MS, says: 'redis-server does not answer' });
      await Promise.race([started, end.then(() => Promise.reject(new Error('redis-server ended at once')))]);
    },
    async stop() {
      await stopServer?.();
      stopServer = undefined;
    },
  };
  await server.start();
  return server;
}

function isInstalled(): boolean {
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
