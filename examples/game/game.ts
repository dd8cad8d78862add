/**
 * The game: scheduled jobs that call a service without an SDK, which distinguishes them from its players.
 *
 * Starts a real Temporal server, the service as a separate process, a worker with the plugin, two scheduled jobs of
 * `httpJob`, and players. Half of the runs of one job call a new release of the service, in the lane of a gray (canary)
 * release. That release is slow; the service's own log, found by the run's TraceId, shows why.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import { JobTracingPlugin } from 'temporal-job-tracing';
import { createHttpActivities } from 'temporal-job-tracing/activities';
import type { JobRun } from 'temporal-job-tracing/client';
import type { HttpJobInput, ScheduledJobSpec } from 'temporal-job-tracing/workflows';
import type { ReceivedSpan } from '../../testing/otlp-span';
import { type Alerts, startAlerts } from '../support/alerts';
import type { ExampleOptions } from '../support/example';
import { runLines, waysToFind } from '../support/report';
import { endedRuns } from '../support/runs';
import { type OnStarted, runExample, type Stage, setStage } from '../support/stage';
import { print, printTrace, progress, terminal } from '../support/terminal';
import { type LogEntry, logOf, logUrl, trafficCounts } from './operator';
import { play } from './players';
import { causeLines, countsLine, heading, loggedLines } from './report';
import { type GameService, startGameService } from './service-process';

const TASK_QUEUE = 'game';
/** A longer run causes an alert. */
const BUDGET_MS = 1_000;
/** Time after which a `--once` run has failed if it has not shown everything. */
const ONCE_TIMEOUT_MS = 150_000;
/** Time for a job to end its runs. */
const STOP_TIMEOUT_MS = 10_000;

interface Game extends Stage {
  readonly service: GameService;
  readonly alerts: Alerts;
}

/** Runs the example until the user stops it, or with `once` until everything has been shown. Leaves no process behind. */
export function runGame(options: ExampleOptions): Promise<void> {
  return runExample(options, (onStarted) => openGame(options, onStarted));
}

async function openGame(options: ExampleOptions, onStarted: OnStarted): Promise<void> {
  const stage = await setStage('game-worker', uncalled, onStarted);
  const service = await startGameService();
  onStarted(service.stop);
  progress('Starting a worker');
  const worker = await Worker.create({
    connection: stage.connection,
    taskQueue: TASK_QUEUE,
    workflowsPath: require.resolve('./workflows.js'),
    activities: createHttpActivities({ allowHosts: [new URL(service.url).host] }),
    plugins: [new JobTracingPlugin(stage.traceUrl)],
  });
  progress('Starting a watcher of the jobs');
  const rules = Object.fromEntries(Object.keys(jobsOf('')).map((job) => [job, { overMs: BUDGET_MS }]));
  const alerts = await startAlerts(stage, rules, onStarted);
  await worker.runUntil(async () => {
    const jobs = await startJobs(stage, service.url);
    try {
      print(...heading(stage.places, service, BUDGET_MS, terminal));
      await withPlayers(service.url, () => showRuns(options, { ...stage, service, alerts }));
    } finally {
      await Promise.all(jobs.map(stopJob));
    }
  });
}

/** Returns the specs of the scheduled jobs, by the job's name. */
function jobsOf(url: string): Readonly<Record<string, ScheduledJobSpec>> {
  const close: HttpJobInput = {
    method: 'POST',
    url: `${url}/seasons/close`,
    timeout: '60 seconds',
    success: { status: [200] },
  };
  const lane = { name: 'gray', share: 0.5, url: `${url}/v2/seasons/close` };
  return {
    'season-close': { workflow: 'httpJob', cron: '@every 4s', args: [{ ...close, lane }] },
    'load-test': { workflow: 'httpJob', cron: '@every 6s', args: [close], loadTest: true },
  };
}

function startJobs({ client }: Stage, url: string): Promise<WorkflowHandle[]> {
  const starts = Object.entries(jobsOf(url)).map(([workflowId, spec]) =>
    client.workflow.start('scheduledJob', {
      taskQueue: TASK_QUEUE,
      workflowId,
      workflowIdConflictPolicy: 'TERMINATE_EXISTING',
      args: [spec],
    }),
  );
  return Promise.all(starts);
}

/** Ends the job and its runs, while there is a worker for it. */
async function stopJob(job: WorkflowHandle): Promise<void> {
  await job.signal('stop');
  const ended = job.result().then(() => true);
  if (await Promise.race([ended, sleep(STOP_TIMEOUT_MS, false)])) return;
  await job.terminate('The example has ended.');
  await ended.catch(() => {});
}

/** Lets players play during the work. */
async function withPlayers(url: string, work: () => Promise<void>): Promise<void> {
  const players = new AbortController();
  const playing = play(url, players.signal);
  try {
    await work();
  } finally {
    players.abort();
    await playing;
  }
}

/** Returns a problem if the trace has no client span. */
function uncalled(trace: readonly ReceivedSpan[]): string[] {
  return trace.some(({ kind }) => kind === 'client') ? [] : ['no client span'];
}

/** Shows each run as it ends, with the service's log of it. */
async function showRuns({ once, signal }: ExampleOptions, game: Game): Promise<void> {
  const until = once ? AbortSignal.any([signal, AbortSignal.timeout(ONCE_TIMEOUT_MS)]) : signal;
  const { client, service } = game;
  const jobs = Object.keys(jobsOf('')).map((name) => `"${name}"`);
  const query = `JobName IN (${jobs.join(', ')}) AND WorkflowType = "httpJob"`;
  const shown = new Set<string>();
  for await (const run of endedRuns(client, game.jobs, query, until)) {
    const logged = await logOf(service.url, run.traceId);
    print(...runLines(run, terminal), ...loggedLines(logged, terminal));
    const isSlow = (run.durationMs ?? 0) > BUDGET_MS;
    const missing = isSlow ? await showSlowRun(run, logged, game) : [];
    if (once && missing.length > 0) throw new Error(`The story is incomplete: ${missing.join('; ')}.`);
    print(countsLine(await trafficCounts(service.url), terminal));
    for (const entry of logged) shown.add(kindOf(entry, isSlow));
    if (once && TO_SHOW.every((kind) => shown.has(kind))) return;
  }
  if (!signal.aborted) throw new Error(`Not everything was shown within ${ONCE_TIMEOUT_MS / 1000} s.`);
}

const TO_SHOW = ['slow in lane gray', 'load test', 'stable'];

/** Returns the kind of a run. On a busy machine, a run of another kind may also be slow. */
function kindOf({ lane, loadtest }: LogEntry, isSlow: boolean): string {
  if (loadtest) return 'load test';
  if (lane === 'gray') return isSlow ? 'slow in lane gray' : 'in lane gray';
  return 'stable';
}

/** Shows a slow run's trace and the service's log of it; returns the problems of both. */
async function showSlowRun(
  run: JobRun,
  logged: readonly LogEntry[],
  { telemetry, places, service, alerts }: Game,
): Promise<readonly string[]> {
  const hasAlert = await alerts.hasAlertOf(run.runId);
  const trace = await telemetry.traceOf(run.traceId);
  if (trace !== undefined) printTrace(trace.spans);
  print(...causeLines(logged, logUrl(service.url, run.traceId), terminal));
  print(...waysToFind(run.traceId, places, terminal));
  return [...(hasAlert === false ? ['no alert came'] : []), ...(trace?.missing ?? [])];
}
