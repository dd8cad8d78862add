/**
 * The shop: a nightly job that runs every few seconds, and what its traces tell when a run is slow.
 *
 * Starts, each of it real: a Temporal server, ServiceApplication in a process of its own, a worker with the
 * plugin, the job as a cron workflow. Then shows each run as it ends. After some runs an operator releases a
 * ServiceApplication that is slow, and takes it back once the slow run has been shown.
 */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { Client } from '@temporalio/client';
import {
  DefaultLogger,
  makeTelemetryFilterString,
  NativeConnection,
  Runtime,
  Worker,
} from '@temporalio/worker';
import { JobTracingPlugin } from 'temporal-job-tracing';
import { JobClient, type JobRun } from 'temporal-job-tracing/client';
import { startTemporalServer } from '../../test/support/temporal-server';
import type { ExampleOptions } from '../support/example';
import { style, useColor } from '../support/terminal';
import { waterfall } from '../support/waterfall';
import { createActivities } from './activities';
import { alertLines, heading, type Places, releaseLine, runLines, waysToFind } from './report';
import { endedRuns } from './runs';
import type { Release } from './service-application/store';
import { type ServiceApplication, startServiceApplication } from './service-process';
import { startTelemetry, type Telemetry } from './telemetry';
import { nightlyJob } from './workflows';

const TASK_QUEUE = 'shop';
const WORKFLOW_ID = 'shop-nightlyJob';
/** A run that takes longer is an alert. */
const BUDGET_MS = 1_000;
/** Normal runs before release 2. */
const NORMAL_RUNS = 2;
/** A `--once` run that has not shown a slow run by then has failed. */
const ONCE_TIMEOUT_MS = 120_000;

const color = useColor();
const terminal = style(color);

/** Runs until the user stops it, or with `once` until a slow run has been shown. Leaves no process behind. */
export async function runShop(options: ExampleOptions): Promise<void> {
  const stops: (() => Promise<unknown>)[] = [];
  options.signal.addEventListener('abort', () => progress('Stopping'));
  try {
    await openShop(options, (stop) => {
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

/** @param onStarted - is told how to stop what was started; throws if the user has stopped by then */
async function openShop(
  options: ExampleOptions,
  onStarted: (stop: () => Promise<unknown>) => void,
): Promise<void> {
  const telemetry = await startTelemetry();
  onStarted(telemetry.stop);
  progress('Starting a Temporal server');
  const server = await startTemporalServer({ ui: true, log: progress });
  onStarted(server.stop);
  progress('Starting ServiceApplication');
  const service = await startServiceApplication();
  onStarted(service.stop);

  const filter = makeTelemetryFilterString({ core: 'WARN', other: 'WARN' });
  Runtime.install({
    logger: new DefaultLogger('WARN'),
    telemetryOptions: { logging: { filter } },
    // This program stops the worker itself, in its turn.
    shutdownSignals: [],
  });
  const connection = await NativeConnection.connect({ address: server.address });
  onStarted(() => connection.close());
  const traceUrl = telemetry.traceUrl === undefined ? {} : { traceUrl: telemetry.traceUrl };
  const worker = await Worker.create({
    connection,
    taskQueue: TASK_QUEUE,
    workflowsPath: require.resolve('./workflows.js'),
    activities: createActivities(service.url),
    plugins: [new JobTracingPlugin(traceUrl)],
  });

  const client = new Client({ connection });
  const traces = new JobClient({ client, ...traceUrl });
  const places: Places = {
    temporalAddress: server.address,
    uiUrl: server.uiUrl,
    temporalCommand: temporalCommand(server.temporalBinary),
    serviceUrl: service.url,
    otlpUrl: telemetry.otlpUrl,
    hasOwnReceiver: telemetry.isOwn,
    traceUrl: telemetry.traceUrl,
  };
  const job = await client.workflow.start(nightlyJob, {
    taskQueue: TASK_QUEUE,
    workflowId: WORKFLOW_ID,
    workflowIdConflictPolicy: 'TERMINATE_EXISTING',
    cronSchedule: '@every 5s',
  });
  // After the worker has stopped: a run must not be gone while one of its activities ends.
  onStarted(() => job.terminate('The example has ended.'));
  say(...heading(places, BUDGET_MS, terminal));
  await worker.runUntil(showRuns(options, { client, traces, telemetry, service, places }));
}

interface Shop {
  readonly client: Client;
  readonly traces: JobClient;
  readonly telemetry: Telemetry;
  readonly service: ServiceApplication;
  readonly places: Places;
}

/** Shows each run as it ends. The operator releases in between. */
async function showRuns({ once, signal }: ExampleOptions, shop: Shop): Promise<void> {
  const until = once ? AbortSignal.any([signal, AbortSignal.timeout(ONCE_TIMEOUT_MS)]) : signal;
  const operator = new Operator(shop.service);
  for await (const run of endedRuns(shop.client, shop.traces, WORKFLOW_ID, until)) {
    say(...runLines(run, terminal));
    const isSlow = (run.durationMs ?? 0) > BUDGET_MS;
    if (isSlow) {
      const missing = await showSlowRun(run, shop);
      if (once && missing.length > 0) throw new Error(`The slow trace is incomplete: ${missing.join('; ')}.`);
      if (once && operator.live === 2) return;
    }
    await operator.sees(isSlow);
  }
  if (!signal.aborted) throw new Error(`No slow run was seen within ${ONCE_TIMEOUT_MS / 1000} s.`);
}

/** Releases the slow ServiceApplication after some normal runs, and the good one after a slow run. */
class Operator {
  readonly #service: ServiceApplication;
  #live: Release = 1;
  #normalRuns = 0;

  constructor(service: ServiceApplication) {
    this.#service = service;
  }

  get live(): Release {
    return this.#live;
  }

  async sees(isSlow: boolean): Promise<void> {
    if (isSlow && this.#live === 2) return this.#release(1);
    if (isSlow || this.#live === 2) return;
    this.#normalRuns += 1;
    if (this.#normalRuns % NORMAL_RUNS === 0) await this.#release(2);
  }

  async #release(release: Release): Promise<void> {
    await this.#service.release(release);
    this.#live = release;
    say(releaseLine(release, terminal));
  }
}

/** Shows where the time of a run went; returns what its trace lacks. */
async function showSlowRun(run: JobRun, { telemetry, places }: Shop): Promise<readonly string[]> {
  say(...alertLines(run, BUDGET_MS, terminal));
  const trace = await telemetry.traceOf(run.traceId);
  if (trace !== undefined)
    say(...waterfall(trace.spans, { color, columns: Math.min(process.stdout.columns ?? 100, 120) }));
  say(...waysToFind(run.traceId, places, terminal));
  return trace?.missing ?? [];
}

function say(...lines: string[]): void {
  for (const line of lines) console.log(line);
}

function progress(line: string): void {
  say(terminal.dim(line));
}

/** How the user can call the Temporal CLI: by its name if it is on the PATH. */
function temporalCommand(binary: string | undefined): string {
  const isOnPath = process.env.PATH?.split(delimiter).some((path) => existsSync(join(path, 'temporal')));
  return binary === undefined || isOnPath ? 'temporal' : binary;
}
