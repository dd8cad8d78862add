/**
 * The shop: a nightly job that runs every few seconds, and what its traces tell when a run is slow.
 *
 * Starts, each of it real: a Temporal server, ServiceApplication in a process of its own, a worker with the
 * plugin, the job as a cron workflow. Then shows each run as it ends. After some runs an operator releases a
 * ServiceApplication that is slow, and takes it back once the slow run has been shown.
 */
import { Worker } from '@temporalio/worker';
import { JobTracingPlugin } from 'temporal-job-tracing';
import type { JobRun } from 'temporal-job-tracing/client';
import type { ReceivedSpan } from '../../test/support/otlp-span';
import type { ExampleOptions } from '../support/example';
import { alertLines, runLines, waysToFind } from '../support/report';
import { endedRuns } from '../support/runs';
import { type OnStarted, runExample, type Stage, setStage } from '../support/stage';
import { progress, say, terminal, useColor } from '../support/terminal';
import { waterfall } from '../support/waterfall';
import { createActivities } from './activities';
import { heading, releaseLine } from './report';
import type { Release } from './service-application/store';
import { type ServiceApplication, startServiceApplication } from './service-process';
import { nightlyJob } from './workflows';

const TASK_QUEUE = 'shop';
const WORKFLOW_ID = 'shop-nightlyJob';
/** A run that takes longer is an alert. */
const BUDGET_MS = 1_000;
/** Normal runs before release 2. */
const NORMAL_RUNS = 2;
/** A `--once` run that has not shown a slow run by then has failed. */
const ONCE_TIMEOUT_MS = 150_000;

/** Runs until the user stops it, or with `once` until a slow run has been shown. Leaves no process behind. */
export function runShop(options: ExampleOptions): Promise<void> {
  return runExample(options, (onStarted) => openShop(options, onStarted));
}

interface Shop extends Stage {
  readonly service: ServiceApplication;
}

async function openShop(options: ExampleOptions, onStarted: OnStarted): Promise<void> {
  const stage = await setStage('shop-worker', unserved, onStarted);
  progress('Starting ServiceApplication');
  const service = await startServiceApplication();
  onStarted(service.stop);

  const { connection, client, traceUrl, places } = stage;
  const worker = await Worker.create({
    connection,
    taskQueue: TASK_QUEUE,
    workflowsPath: require.resolve('./workflows.js'),
    activities: createActivities(service.url),
    plugins: [new JobTracingPlugin(traceUrl)],
  });
  const job = await client.workflow.start(nightlyJob, {
    taskQueue: TASK_QUEUE,
    workflowId: WORKFLOW_ID,
    workflowIdConflictPolicy: 'TERMINATE_EXISTING',
    cronSchedule: '@every 5s',
  });
  // After the worker has stopped: a run must not be gone while one of its activities ends.
  onStarted(() => job.terminate('The example has ended.'));
  say(...heading(places, service.url, BUDGET_MS, terminal));
  await worker.runUntil(showRuns(options, { ...stage, service }));
}

/** The service's side of each activity must be in the trace. */
function unserved(trace: readonly ReceivedSpan[]): string[] {
  const activities = trace.filter(({ name }) => name.startsWith('RunActivity:'));
  const served = trace.filter(({ kind }) => kind === 'server');
  return served.length < activities.length
    ? [`${activities.length} activities have ${served.length} server spans`]
    : [];
}

/** Shows each run as it ends. The operator releases in between. */
async function showRuns({ once, signal }: ExampleOptions, shop: Shop): Promise<void> {
  const until = once ? AbortSignal.any([signal, AbortSignal.timeout(ONCE_TIMEOUT_MS)]) : signal;
  const operator = new Operator(shop.service);
  for await (const run of endedRuns(shop.client, shop.traces, `WorkflowId = "${WORKFLOW_ID}"`, until)) {
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
    say(
      ...waterfall(trace.spans, { color: useColor(), columns: Math.min(process.stdout.columns ?? 100, 120) }),
    );
  say(...waysToFind(run.traceId, places, terminal));
  return trace?.missing ?? [];
}
