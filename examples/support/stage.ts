/**
 * The common parts of all examples: a receiver of spans, a Temporal server, and connections to it. All of them are
 * real, and stopped in order when the example ends, however that is.
 */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { Client } from '@temporalio/client';
import {
  DefaultLogger,
  type LogEntry,
  makeTelemetryFilterString,
  NativeConnection,
  Runtime,
} from '@temporalio/worker';
import { JobClient } from 'temporal-job-tracing/client';
import { startTemporalServer } from '../../testing/temporal-server';
import type { ExampleOptions } from './example';
import { consoleLines, type Places } from './report';
import { type Expectation, startTelemetry, type Telemetry } from './telemetry';
import { print, progress, terminal } from './terminal';

/** Registers a function that stops a started part; throws if the user has stopped the example meanwhile. */
export type OnStarted = (stop: () => Promise<unknown>) => void;

/** The started common parts. */
export interface Stage {
  readonly telemetry: Telemetry;
  readonly connection: NativeConnection;
  readonly client: Client;
  readonly jobs: JobClient;
  readonly places: Places;
  /** Option for the plugin and for clients. */
  readonly traceUrl: { readonly traceUrl?: string };
}

/** Runs an example until it ends or the user stops it; then stops its parts, the last started first. */
export async function runExample(
  options: ExampleOptions,
  open: (onStarted: OnStarted) => Promise<void>,
): Promise<void> {
  const stops: (() => Promise<unknown>)[] = [];
  options.signal.addEventListener('abort', () => progress('Stopping'));
  try {
    await open((stop) => {
      stops.unshift(stop);
      options.signal.throwIfAborted();
    });
  } catch (error) {
    // An error after the user has stopped the example, while a part was starting, does not matter.
    if (!options.signal.aborted) throw error;
  } finally {
    for (const stop of stops) await stop();
  }
}

/** Starts the common parts. @param workerName `service.name` of the worker's spans */
export async function setStage(
  workerName: string,
  expectation: Expectation,
  onStarted: OnStarted,
): Promise<Stage> {
  progress('Starting a Temporal server');
  const server = await startTemporalServer({ ui: true, log: progress });
  onStarted(server.stop);
  const telemetry = await startTelemetry(workerName, expectation, server);
  onStarted(telemetry.stop);
  if (telemetry.consoleUrl !== undefined) print(...consoleLines(telemetry.consoleUrl, terminal));
  const filter = makeTelemetryFilterString({ core: 'WARN', other: 'WARN' });
  Runtime.install({
    logger: new DefaultLogger('WARN', log),
    telemetryOptions: { logging: { filter } },
    // This program stops the worker itself, in order.
    shutdownSignals: [],
  });
  const connection = await NativeConnection.connect({ address: server.address });
  onStarted(() => connection.close());
  const client = new Client({ connection });
  const traceUrl = telemetry.traceUrl === undefined ? {} : { traceUrl: telemetry.traceUrl };
  return {
    telemetry,
    connection,
    client,
    jobs: new JobClient({ client, ...traceUrl }),
    traceUrl,
    places: {
      temporalAddress: server.address,
      hasOwnServer: server.address !== process.env.TEMPORAL_ADDRESS,
      uiUrl: server.uiUrl,
      temporalCommand: temporalCommand(server.temporalBinary),
      otlpUrl: telemetry.otlpUrl,
      hasOwnConsole: telemetry.consoleUrl !== undefined,
      traceUrl: telemetry.traceUrl,
    },
  };
}

/** Logs an entry of the SDK, except failures of user code, which the examples show themselves. */
function log({ level, message, meta }: LogEntry): void {
  if (message !== 'Workflow failed' && message !== 'Activity failed')
    console.error(level, message, meta ?? '');
}

/** Returns the command by which the user can call the Temporal CLI: its name if it is on the PATH. */
function temporalCommand(binary: string | undefined): string {
  const isOnPath = process.env.PATH?.split(delimiter).some((path) => existsSync(join(path, 'temporal')));
  return binary === undefined || isOnPath ? 'temporal' : binary;
}
