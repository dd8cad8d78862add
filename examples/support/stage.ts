/**
 * What every example stands on: a place for its spans, a Temporal server, and connections to it. Each of it is real,
 * and stopped in its turn when the example ends, however that is.
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
import { progress, say, terminal } from './terminal';

/** Is told how to stop what was started; throws if the user has stopped by then. */
export type OnStarted = (stop: () => Promise<unknown>) => void;

export interface Stage {
  readonly telemetry: Telemetry;
  readonly connection: NativeConnection;
  readonly client: Client;
  readonly jobs: JobClient;
  readonly places: Places;
  /** For the plugin and for clients. */
  readonly traceUrl: { readonly traceUrl?: string };
}

/** Runs an example until it ends or the user stops it; then stops what it started, the last first. */
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
    // Stopped by the user while something was starting: what fails then is of no interest.
    if (!options.signal.aborted) throw error;
  } finally {
    for (const stop of stops) await stop();
  }
}

/** @param workerName - `service.name` of the worker's spans */
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
  if (telemetry.consoleUrl !== undefined) say(...consoleLines(telemetry.consoleUrl, terminal));
  const filter = makeTelemetryFilterString({ core: 'WARN', other: 'WARN' });
  Runtime.install({
    logger: new DefaultLogger('WARN', log),
    telemetryOptions: { logging: { filter } },
    // This program stops the worker itself, in its turn.
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

/** Not that user code has failed: that is what an example shows by itself. */
function log({ level, message, meta }: LogEntry): void {
  if (message !== 'Workflow failed' && message !== 'Activity failed')
    console.error(level, message, meta ?? '');
}

/** How the user can call the Temporal CLI: by its name if it is on the PATH. */
function temporalCommand(binary: string | undefined): string {
  const isOnPath = process.env.PATH?.split(delimiter).some((path) => existsSync(join(path, 'temporal')));
  return binary === undefined || isOnPath ? 'temporal' : binary;
}
