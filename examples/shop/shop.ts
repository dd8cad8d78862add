/**
 * The shop: a nightly job that runs every few seconds, and what its traces tell when a run is slow.
 *
 * Starts, each of it real: a Temporal server, ServiceApplication in a process of its own, a worker with the
 * plugin, the job as a scheduled job. Then shows each run as it ends. After some runs an operator releases a
 * ServiceApplication that is slow, takes it back once the slow run has been shown, and runs the job now. Meanwhile a
 * watcher tells of the slow run, while it goes on.
 */
import { Worker } from '@temporalio/worker';
import { JobTracingPlugin } from 'temporal-job-tracing';
import { JobClient, type JobRun, ScheduledJobError } from 'temporal-job-tracing/client';
import { waterfall } from '../../core/waterfall';
import type { ReceivedSpan } from '../../testing/otlp-span';
import { until } from '../../testing/until';
import { type Alerts, startAlerts } from '../support/alerts';
import type { ExampleOptions } from '../support/example';
import { runLines, waysToFind } from '../support/report';
import { endedRuns } from '../support/runs';
import { type OnStarted, runExample, type Stage, setStage } from '../support/stage';
import { progress, say, terminal, useColor } from '../support/terminal';
import { createActivities } from './activities';
import { heading, releaseLine, runNowLines } from './report';
import type { Release } from './service-application/store';
import { type ServiceApplication, startServiceApplication } from './service-process';
import type * as workflows from './workflows';

const TASK_QUEUE = 'shop';
/** Workflow id of the job's `scheduledJob`. */
const JOB_ID = 'shop-nightlyJob';
const JOB_NAME = 'nightlyJob';
/** A run that takes longer is an alert: more than a normal run takes on a busy machine. */
const BUDGET_MS = 2_000;
/** Normal runs before release 2: so many are needed to say what is usual. */
const NORMAL_RUNS = 5;
/** A `--once` run that has not shown a slow run by then has failed. */
const ONCE_TIMEOUT_MS = 150_000;
/** What goes on when the user stops gets this long to end by itself. */
const STOP_TIMEOUT_MS = 30_000;

/** Runs until the user stops it, or with `once` until a slow run and one by hand have been shown. Leaves no process behind. */
export function runShop(options: ExampleOptions): Promise<void> {
  return runExample(options, (onStarted) => openShop(options, onStarted));
}

interface Shop extends Omit<Stage, 'jobs'> {
  readonly jobs: JobClient<typeof workflows>;
  readonly service: ServiceApplication;
  readonly alerts: Alerts;
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
  const jobs = new JobClient<typeof workflows>({ client, ...traceUrl });
  progress('Starting a watcher of the job');
  const alerts = await startAlerts(stage, { [JOB_NAME]: { overMs: BUDGET_MS } }, onStarted);
  await worker.runUntil(async () => {
    await createJob(jobs);
    try {
      say(...heading(places, service.url, BUDGET_MS, terminal));
      await showRuns(options, { ...stage, jobs, service, alerts });
    } finally {
      await endJob(stage, jobs);
    }
  });
}

async function createJob(jobs: JobClient<typeof workflows>): Promise<void> {
  // One is left on a server that outlives an example that was killed.
  await jobs
    .getHandle(JOB_ID)
    .delete()
    .catch((error: unknown) => {
      if (!(error instanceof ScheduledJobError && error.problem === 'not-found')) throw error;
    });
  const spec = { workflow: JOB_NAME, name: JOB_NAME, cron: '@every 5s' } as const;
  await jobs.create(JOB_ID, spec, { taskQueue: TASK_QUEUE });
}

/** Lets a run that goes on end by itself: it must not be gone while one of its activities ends. */
async function endJob({ client }: Stage, jobs: JobClient<typeof workflows>): Promise<void> {
  const job = jobs.getHandle(JOB_ID);
  await job.pause();
  const query = `WorkflowId STARTS_WITH "${JOB_ID}/" AND WorkflowType = "${JOB_NAME}" AND ExecutionStatus = "Running"`;
  const isOver = async () => (await client.workflow.count(query)).count === 0;
  await until(isOver, { within: STOP_TIMEOUT_MS, says: 'a run goes on' }).catch(() => {});
  await job.delete();
}

/** The service's side of each activity must be in the trace. */
function unserved(trace: readonly ReceivedSpan[]): string[] {
  const activities = trace.filter(({ name }) => name.startsWith('RunActivity:'));
  const served = trace.filter(({ kind }) => kind === 'server');
  return served.length < activities.length
    ? [`${activities.length} activities have ${served.length} server spans`]
    : [];
}

/** Shows each run as it ends. The operator acts in between. */
async function showRuns({ once, signal }: ExampleOptions, shop: Shop): Promise<void> {
  const until = once ? AbortSignal.any([signal, AbortSignal.timeout(ONCE_TIMEOUT_MS)]) : signal;
  const operator = new Operator(shop);
  for await (const run of endedRuns(shop.client, shop.jobs, `JobName = "${JOB_NAME}"`, until)) {
    say(...runLines(run, terminal));
    const isSlow = (run.durationMs ?? 0) > BUDGET_MS;
    const missing = isSlow ? await showSlowRun(run, shop) : [];
    if (once && missing.length > 0) throw new Error(`The story is incomplete: ${missing.join('; ')}.`);
    if (once && run.trigger === 'manual') return;
    await operator.sees(isSlow);
  }
  if (!signal.aborted) throw new Error(`No slow run was seen within ${ONCE_TIMEOUT_MS / 1000} s.`);
}

/** Releases the slow ServiceApplication after some normal runs; after a slow run the good one, and looks. */
class Operator {
  readonly #shop: Shop;
  #live: Release = 1;
  #normalRuns = 0;

  constructor(shop: Shop) {
    this.#shop = shop;
  }

  async sees(isSlow: boolean): Promise<void> {
    if (this.#live === 2) {
      if (!isSlow) return;
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
    say(releaseLine(release, terminal));
  }

  /** As the CLI does it: the line that is shown can be used. */
  async #runNow(reason: string): Promise<void> {
    const { traceId } = await this.#shop.jobs.getHandle(JOB_ID).runNow({ reason });
    say(...runNowLines(JOB_ID, reason, traceId, this.#shop.places, terminal));
  }
}

/** Shows where the time of a run went; returns what its trace lacks. */
async function showSlowRun(run: JobRun, { telemetry, places, alerts }: Shop): Promise<readonly string[]> {
  const isTold = await alerts.tellOf(run.runId);
  const trace = await telemetry.traceOf(run.traceId);
  if (trace !== undefined)
    say(
      ...waterfall(trace.spans, { color: useColor(), columns: Math.min(process.stdout.columns ?? 100, 120) }),
    );
  say(...waysToFind(run.traceId, places, terminal));
  return [...(isTold === false ? ['no alert came'] : []), ...(trace?.missing ?? [])];
}
