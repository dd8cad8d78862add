/** A development server that stores its data in a file, so that tests can restart it. */
import { Connection } from '@temporalio/client';
import { freePort } from '../../../testing/free-port.js';
import { findTemporalBinary } from '../../../testing/temporal-binary.js';
import { type BoundProcess, startBound } from '../../../testing/temporal-process.js';
import type { TemporalServer } from '../../../testing/temporal-server.js';
import { until } from '../../../testing/until.js';

export interface StoredServer extends TemporalServer {
  /** Stops the server and starts it again, with the same address and file. */
  restart(): Promise<void>;
  /** Kills the server with `SIGKILL` and starts it again, with the same address and file. */
  killAndRestart(): Promise<void>;
}

/** @param file path of the database file */
export async function startStoredServer(file: string): Promise<StoredServer> {
  const { TEMPORAL_CLI } = process.env;
  const temporalBinary = TEMPORAL_CLI || (await findTemporalBinary(process.env, () => {}));
  const [port, http, metrics] = await Promise.all([freePort(), freePort(), freePort()]);
  const address = `127.0.0.1:${port}`;
  const args = [
    ...[
      'server',
      'start-dev',
      '--headless',
      '--ip',
      '127.0.0.1',
      '--log-level',
      'error',
      '--db-filename',
      file,
    ],
    ...['--port', `${port}`, '--http-port', `${http}`, '--metrics-port', `${metrics}`],
    ...['--dynamic-config-value', 'system.forceSearchAttributesCacheRefreshOnRead=true'],
  ];
  let running: BoundProcess;
  const start = async () => {
    running = startBound(temporalBinary, args, process.env);
    await until(() => isReady(address), { says: 'the server does not answer' });
  };
  await start();
  return {
    address,
    uiUrl: undefined,
    temporalBinary,
    stop: () => running.end(),
    restart: async () => {
      await running.end();
      await start();
    },
    killAndRestart: async () => {
      await running.kill();
      await start();
    },
  };
}

async function isReady(address: string): Promise<boolean> {
  try {
    const connection = await Connection.connect({ address, connectTimeout: '2 seconds' });
    await connection.workflowService.countWorkflowExecutions({ namespace: 'default' });
    await connection.close();
    return true;
  } catch {
    return false;
  }
}
