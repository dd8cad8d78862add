/**
 * A Temporal server for tests, examples and benchmarks.
 *
 * An already running one (`TEMPORAL_ADDRESS`) is used and never stopped; otherwise a development server is
 * started on free ports, in memory, and it ends with this process, however that ends.
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

export interface TemporalServerOptions {
  /** Whether a started server has the Web UI. @default false */
  readonly ui?: boolean;
  /** Namespaces that exist and can be used when the server is handed over. @default ['default'] */
  readonly namespaces?: readonly string[];
  /** Values of the dynamic configuration, as `key=value`, of a server that is started here. @default for tests */
  readonly dynamicConfig?: readonly string[];
  /** Receives each line of progress. @default standard error */
  readonly log?: Log;
  /** Environment that says where a server or a binary is. @default process.env */
  readonly env?: NodeJS.ProcessEnv;
}

export interface TemporalServer {
  /** `host:port` of the gRPC front end. */
  readonly address: string;
  /** Address of the Web UI, `undefined` if there is none or it is not known. */
  readonly uiUrl: string | undefined;
  /** Path of the `temporal` binary; `undefined` if the server was already running and none is present. */
  readonly temporalBinary: string | undefined;
  /** Ends a server that was started here. May be called twice; ends in bounded time. */
  stop(): Promise<void>;
}

/**
 * A Temporal server that answers in each of the namespaces. Registers no search attributes.
 *
 * An already running server is named by `TEMPORAL_ADDRESS`, its Web UI by `TEMPORAL_UI_URL` and the binary to
 * go with it by `TEMPORAL_CLI`.
 *
 * @throws Error that says what to install, when there is no server and none can be started.
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
 * @returns what it wrote to standard output.
 * @throws Error with what it wrote to standard error, when it fails or takes longer than a minute.
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

/** Waits until the server answers in each of the namespaces; makes the missing ones. */
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

/** Whether something accepts connections there; a look that costs less than gRPC's growing back-off. */
function accepts(address: string): Promise<boolean> {
  const { hostname, port } = new URL(`tcp://${address}`);
  return new Promise((resolve) => {
    const socket = connect({
      host: hostname.replace(/^\[|\]$/g, ''),
      port: Number(port || 7233),
      timeout: 1_000,
    });
    const settle = (answer: boolean) => () => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', settle(true)).once('error', settle(false)).once('timeout', settle(false));
  });
}
