/**
 * Starts a development server in memory, on ports that no other server gets.
 */

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { type BoundProcess, startBound } from './temporal-process.js';

const HOST = '127.0.0.1';

/** Default values of the dynamic configuration: features that are off in a default development server. */
const DYNAMIC_CONFIG: readonly string[] = [
  // Makes a search attribute usable as soon as it is registered.
  'system.forceSearchAttributesCacheRefreshOnRead=true',
  // Enables update-with-start.
  'frontend.enableExecuteMultiOperation=true',
];

/** A started development server. */
export interface DevServer {
  /** `host:port` of the gRPC front end. */
  readonly address: string;
  readonly uiUrl: string | undefined;
  readonly process: BoundProcess;
}

/** Starts a development server with the namespaces; does not wait until it accepts calls. */
export async function launchDevServer(
  temporalBinary: string,
  ui: boolean,
  namespaces: readonly string[],
  dynamicConfig = DYNAMIC_CONFIG,
): Promise<DevServer> {
  const [port, httpPort, metricsPort, uiPort] = await Promise.all([
    freePort(),
    freePort(),
    freePort(),
    freePort(),
  ]);
  const args = [
    ...['server', 'start-dev', '--ip', HOST, '--log-level', 'error'],
    ...['--port', port, '--http-port', httpPort, '--metrics-port', metricsPort],
    ...(ui ? ['--ui-port', uiPort] : ['--headless']),
    ...namespaces.flatMap((namespace) => ['--namespace', namespace]),
    ...dynamicConfig.flatMap((value) => ['--dynamic-config-value', value]),
  ];
  return {
    address: `${HOST}:${port}`,
    uiUrl: ui ? `http://${HOST}:${uiPort}` : undefined,
    process: startBound(temporalBinary, args, process.env),
  };
}

/**
 * Returns a free port that the system does not assign to anybody else for the next minute.
 *
 * A connection that the listening side closes first leaves the port in TIME_WAIT: a program can still listen on it
 * explicitly, but the system does not assign it. Temporal's own tools choose their ports in the same way.
 */
async function freePort(): Promise<string> {
  const listener = createServer().listen(0, HOST);
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  const accepted = once(listener, 'connection') as Promise<[Socket]>;
  const client = connect(port, HOST).resume();
  const [server] = await accepted;
  server.end();
  await once(client, 'close');
  listener.close();
  await once(listener, 'close');
  return String(port);
}
