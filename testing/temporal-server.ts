/**
 * A Temporal server for tests, examples and benchmarks.
 *
 * A server that is already running (`TEMPORAL_ADDRESS`) is used and never stopped. Otherwise a development server is
 * started on free ports, in memory; it ends with this process, however that ends.
 */

import { execFile } from 'node:child_process';
import { connect } from 'node:net';
import { promisify } from 'node:util';
import { Connection, isGrpcServiceError } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time';
import { findTemporalBinary, type Log, presentTemporalBinary } from './temporal-binary.js';
import { launchDevServer } from './temporal-dev-server.js';
import { terminalLog } from './terminal-log.js';
import { until } from './until.js';

const RUNNING_SERVER_TIMEOUT_MS = 5_000;
const START_TIMEOUT_MS = 60_000;
const CLI_TIMEOUT_MS = 60_000;
/** gRPC status codes, see https://grpc.io/docs/guides/status-codes/ */
const NOT_FOUND = 5;
const ALREADY_EXISTS = 6;

/** Options of {@link startTemporalServer}. */
export interface TemporalServerOptions {
  /** Whether a started server has the Web UI. @default false */
  readonly ui?: boolean;
  /** Namespaces that are created if they are missing, and usable when the server is returned. @default ['default'] */
  readonly namespaces?: readonly string[];
  /** Values of the dynamic configuration of a started server, as `key=value`. @default those that tests need */
  readonly dynamicConfig?: readonly string[];
  /** Receives each line of progress. @default standard error */
  readonly log?: Log;
  /** Environment with the address of a server and the path of a binary. @default process.env */
  readonly env?: NodeJS.ProcessEnv;
}

/** A running Temporal server. */
export interface TemporalServer {
  /** `host:port` of the gRPC front end. */
  readonly address: string;
  /** Address of the Web UI; `undefined` if there is none or it is not known. */
  readonly uiUrl: string | undefined;
  /** Path of the `temporal` binary; `undefined` if the server was already running and none is found. */
  readonly temporalBinary: string | undefined;
  /** Ends a started server, in bounded time. May be called twice. */
  stop(): Promise<void>;
}

/**
 * Returns a Temporal server that accepts calls in each of the namespaces. Registers no search attributes.
 *
 * `TEMPORAL_ADDRESS` names a server that is already running, `TEMPORAL_UI_URL` its Web UI and `TEMPORAL_CLI` a
 * binary for it.
 *
 * @throws {Error} that names what to install, if there is no server and none can be started
 */
export async function startTemporalServer(options: TemporalServerOptions = {}): Promise<TemporalServer> {
  const { ui = false, namespaces = ['default'], env = process.env, dynamicConfig } = options;
  const log = options.log ?? terminalLog();
  const address = env.TEMPORAL_ADDRESS;
  if (address) {
    try {
      await waitUntilUsable(address, namespaces, RUNNING_SERVER_TIMEOUT_MS);
      const temporalBinary = env.TEMPORAL_CLI || (await presentTemporalBinary(env));
      const uiUrl = env.TEMPORAL_UI_URL || undefined;
      return Object.freeze({ address, uiUrl, temporalBinary, stop: async () => {} });
    } catch (error) {
      log(`TEMPORAL_ADDRESS=${address}: ${(error as Error).message}; next: a server of our own`);
    }
  }
  const temporalBinary = await findTemporalBinary(env, log);
  const server = await startDevServer(temporalBinary, ui, namespaces, dynamicConfig);
  const webUi = server.uiUrl === undefined ? '' : `, Web UI at ${server.uiUrl}`;
  log(`Temporal server at ${server.address}${webUi} (${temporalBinary})`);
  return server;
}

/**
 * Runs the `temporal` binary against the server, as in `temporalCli(server, 'workflow', 'list')`.
 *
 * @returns its standard output
 * @throws {Error} with its standard error, if it fails or takes longer than a minute
 */
export async function temporalCli(
  server: Pick<TemporalServer, 'address' | 'temporalBinary'>,
  ...args: string[]
): Promise<string> {
  if (server.temporalBinary === undefined) {
    throw new Error('no `temporal` binary: install the Temporal CLI or set TEMPORAL_CLI to its path');
  }
  const command = [...args, '--address', server.address];
  try {
    const { stdout } = await promisify(execFile)(server.temporalBinary, command, { timeout: CLI_TIMEOUT_MS });
    return stdout;
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    throw new Error(`temporal ${args.join(' ')}: ${stderr?.trim() || message}`, { cause: error });
  }
}

async function startDevServer(
  temporalBinary: string,
  ui: boolean,
  namespaces: readonly string[],
  dynamicConfig: readonly string[] | undefined,
): Promise<TemporalServer> {
  const { address, uiUrl, process } = await launchDevServer(temporalBinary, ui, namespaces, dynamicConfig);
  const ended = process.ended.then(() => {
    throw new Error('the Temporal server ended at once');
  });
  try {
    await Promise.race([waitUntilUsable(address, namespaces, START_TIMEOUT_MS), ended]);
  } catch (error) {
    await process.end();
    throw error;
  }
  process.unref();
  return Object.freeze({ address, uiUrl, temporalBinary, stop: process.end });
}

/** Waits until the server accepts calls in each of the namespaces; creates the missing ones. */
async function waitUntilUsable(
  address: string,
  namespaces: readonly string[],
  timeoutMs: number,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  await until(() => accepts(address), { within: timeoutMs, says: 'does not answer' });
  const connection = await Connection.connect({ address, connectTimeout: timeoutMs });
  try {
    await connection.withDeadline(deadline, () =>
      Promise.all(namespaces.map((namespace) => waitForNamespace(connection, namespace, deadline))),
    );
  } finally {
    await connection.close();
  }
}

async function waitForNamespace({ workflowService }: Connection, namespace: string, deadline: number) {
  let problem: unknown;
  const isUsable = async () => {
    try {
      return await workflowService.countWorkflowExecutions({ namespace });
    } catch (error) {
      problem = error;
      if (statusOf(error) === NOT_FOUND) await register(workflowService, namespace);
      return undefined;
    }
  };
  await until(isUsable, { within: deadline - Date.now(), says: () => `namespace ${namespace}: ${problem}` });
}

async function register(workflowService: Connection['workflowService'], namespace: string): Promise<void> {
  const workflowExecutionRetentionPeriod = msToTs('1 day');
  try {
    await workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod });
  } catch (error) {
    if (statusOf(error) !== ALREADY_EXISTS) throw error;
  }
}

function statusOf(error: unknown): number | undefined {
  return isGrpcServiceError(error) ? error.code : undefined;
}

/** Whether the address accepts connections: checked at the level of TCP, since gRPC backs off for longer each time. */
function accepts(address: string): Promise<boolean> {
  const { hostname, port } = new URL(`tcp://${address}`);
  return new Promise((resolve) => {
    const socket = connect({
      host: hostname.replace(/^\[|\]$/g, ''),
      port: Number(port || 7233),
      timeout: 1_000,
    });
    const settle = (isAccepted: boolean) => () => {
      socket.destroy();
      resolve(isAccepted);
    };
    socket.once('connect', settle(true)).once('error', settle(false)).once('timeout', settle(false));
  });
}
