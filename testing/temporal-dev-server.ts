/**
 * Starts a development server in memory, on ports that no other server gets.
 */

import { freePort } from './free-port.js';
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
    ...['--port', `${port}`, '--http-port', `${httpPort}`, '--metrics-port', `${metricsPort}`],
    ...(ui ? ['--ui-port', `${uiPort}`] : ['--headless']),
    ...namespaces.flatMap((namespace) => ['--namespace', namespace]),
    ...dynamicConfig.flatMap((value) => ['--dynamic-config-value', value]),
  ];
  return {
    address: `${HOST}:${port}`,
    uiUrl: ui ? `http://${HOST}:${uiPort}` : undefined,
    process: startBound(temporalBinary, args, process.env),
  };
}
