/**
 * A development server in memory, on ports that no other server gets.
 */

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { type BoundProcess, startBound } from './temporal-process.js';

const HOST = '127.0.0.1';

/** What it does that a default development server does not, unless it is told otherwise. */
const DYNAMIC_CONFIG: readonly string[] = [
  // A search attribute can be used as soon as it is registered.
  'system.forceSearchAttributesCacheRefreshOnRead=true',
  // Update-with-start.
  'frontend.enableExecuteMultiOperation=true',
];

export interface DevServer {
  /** `host:port` of the gRPC front end. */
  readonly address: string;
  readonly uiUrl: string | undefined;
  readonly process: BoundProcess;
}

/** Starts a development server with the namespaces; does not wait until it answers. */
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
 * A free port that the system gives to nobody else for the next minute.
 *
 * A connection closed first by the listening side leaves the port in TIME_WAIT: it can be listened on by who
 * names it, but is not handed out again. Temporal's own tools choose their ports in the same way.
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
