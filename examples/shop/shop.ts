/**
 * The shop: a nightly job that runs every few seconds, and whose traces show why a run is slow.
 *
 * Starts a real Temporal server, ServiceApplication as a separate process, a worker with the plugin, and the scheduled
 * job. Then shows each run as it ends. After some runs an operator releases a slow ServiceApplication, reverts it once
 * the slow run has been shown, and starts a manual run. A watcher sends an alert about the slow run while it is running.
 */
import { Worker } from '@temporalio/worker';
import { JobTracingPlugin } from 'temporal-job-tracing';
import { JobClient, type JobRun, ScheduledJobError } from 'temporal-job-tracing/client';
import { until } from '../../testing/until';
import { type Alerts, startAlerts } from '../support/alerts';
import type { ExampleOptions } from '../support/example';
import { runLines, waysToFind } from '../support/report';
import { endedRuns } from '../support/runs';
import { type OnStarted, runExample, type Stage, setStage } from '../support/stage';
import { missingServerSpans } from '../support/telemetry';
import { print, printTrace, progress, terminal } from '../support/terminal';
import { createActivities } from './activities';
import { heading, releaseLine, runNowLines } from './report';
import type { Release } from './service-application/store';
import { type ServiceApplication, startServiceApplication } from './service-process';
import type * as workflows from './workflows';

const TASK_QUEUE = 'shop';
/** Workflow id of the job's `scheduledJob`. */
const JOB_ID = 'shop-nightlyJob';
const JOB_NAME = 'nightlyJob';
/** A longer run causes an alert; a normal run takes less, even on a busy machine. */
const BUDGET_MS = 2_000;
/** Normal runs before release 2: the number from which the usual duration is known. */
const NORMAL_RUNS = 5;
/** Time after which a `--once` run has failed if it has not shown a slow run. */
const ONCE_TIMEOUT_MS = 150_000;
/** Time for a run to end by itself when the user stops the example. */
const STOP_TIMEOUT_MS = 30_000;

/**
 * Runs the example until the user stops it, or with `once` until a slow run and a manual run have been shown. Leaves no
 * process behind.
 */
export function runShop(options: ExampleOptions): Promise<void> {
  return runExample(options, (onStarted) => openShop(options, onStarted));
}

interface Shop extends Omit<Stage, 'jobs'> {
  readonly jobs: JobClient<typeof workflows>;
  readonly service: ServiceApplication;
  readonly alerts: Alerts;
}

async function openShop(options: ExampleOptions, onStarted: OnStarted): Promise<void> {
  const stage = await setStage('shop-worker', missingServerSpans, onStarted);
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
  const jobs = new JobClient<typeof workflows>({ client, ...traceUrl });
  progress('Starting a watcher of the job');
  const alerts = await startAlerts(stage, { [JOB_NAME]: { overMs: BUDGET_MS } }, onStarted);
  await worker.runUntil(async () => {
    await createJob(jobs);
    try {
      print(...heading(places, service.url, BUDGET_MS, terminal));
      await showRuns(options, { ...stage, jobs, service, alerts });
    } finally {
      await endJob(stage, jobs);
    }
  });
}

async function createJob(jobs: JobClient<typeof workflows>): Promise<void> {
  // A killed example has left its job on a server that outlives it.
  await jobs
    .getHandle(JOB_ID)
    .delete()
    .catch((error: unknown) => {
      if (!(error instanceof ScheduledJobError && error.problem === 'not-found')) throw error;
    });
  const spec = { workflow: JOB_NAME, name: JOB_NAME, cron: '@every 5s' } as const;
  await jobs.create(JOB_ID, spec, { taskQueue: TASK_QUEUE });
}

/** Deletes the job after its last run has ended by itself, so that no activity completes in a run that is gone. */
async function endJob({ client }: Stage, jobs: JobClient<typeof workflows>): Promise<void> {
  const job = jobs.getHandle(JOB_ID);
  await job.pause();
  const query = `WorkflowId STARTS_WITH "${JOB_ID}/" AND WorkflowType = "${JOB_NAME}" AND ExecutionStatus = "Running"`;
  const isOver = async () => (await client.workflow.count(query)).count === 0;
  await until(isOver, { within: STOP_TIMEOUT_MS, says: 'a run is still running' }).catch(() => {});
  await job.delete();
}

/** Shows each run as it ends. The operator acts in between. */
async function showRuns({ once, signal }: ExampleOptions, shop: Shop): Promise<void> {
  const until = once ? AbortSignal.any([signal, AbortSignal.timeout(ONCE_TIMEOUT_MS)]) : signal;
  const operator = new Operator(shop);
  for await (const run of endedRuns(shop.client, shop.jobs, `JobName = "${JOB_NAME}"`, until)) {
    print(...runLines(run, terminal));
    const isSlow = (run.durationMs ?? 0) > BUDGET_MS;
    const missing = isSlow ? await showSlowRun(run, shop) : [];
    if (once && missing.length > 0) throw new Error(`The story is incomplete: ${missing.join('; ')}.`);
    if (once && run.trigger === 'manual') return;
    await operator.afterRun(run, isSlow);
  }
  if (!signal.aborted) throw new Error(`No slow run was seen within ${ONCE_TIMEOUT_MS / 1000} s.`);
}

/** Releases the slow ServiceApplication after some normal runs; after a slow run the good one, with a manual run. */
class Operator {
  readonly #shop: Shop;
  #live: Release = 1;
  #releasedMs = 0;
  #normalRuns = 0;

  constructor(shop: Shop) {
    this.#shop = shop;
  }

  async afterRun(run: JobRun, isSlow: boolean): Promise<void> {
    if (this.#live === 2) {
      // One that began before the release is slow for another reason.
      if (!isSlow || run.startTime.getTime() < this.#releasedMs) return;
      await this.#release(1);
      return this.#runNow('release 1 is back');
    }
    // On a busy machine a run may exceed its budget without the release.
    this.#normalRuns += 1;
    if (this.#normalRuns % NORMAL_RUNS === 0) await this.#release(2);
  }

  async #release(release: Release): Promise<void> {
    await this.#shop.service.release(release);
    this.#live = release;
    this.#releasedMs = Date.now();
    print(releaseLine(release, terminal));
  }

  /** Starts a manual run, and shows the command of the CLI for the same. */
  async #runNow(reason: string): Promise<void> {
    const { traceId } = await this.#shop.jobs.getHandle(JOB_ID).runNow({ reason });
    print(...runNowLines(JOB_ID, reason, traceId, this.#shop.places, terminal));
  }
}

/** Shows a slow run's trace; returns its problems. */
async function showSlowRun(run: JobRun, { telemetry, places, alerts }: Shop): Promise<readonly string[]> {
  const hasAlert = await alerts.hasAlertOf(run.runId);
  const trace = await telemetry.traceOf(run.traceId);
  if (trace !== undefined) printTrace(trace.spans);
  print(...waysToFind(run.traceId, places, terminal));
  return [...(hasAlert === false ? ['no alert came'] : []), ...(trace?.missing ?? [])];
}
