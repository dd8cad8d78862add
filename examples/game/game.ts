/**
 * The game: scheduled jobs that call a service without an SDK, which tells them apart from its players.
 *
 * Starts, each of it real: a Temporal server, the service in a process of its own, a worker with the plugin, two
 * scheduled jobs of `httpJob`, and players. Half of the runs of one job go to a new release of the service, in a gray
 * lane; that release is slow, and the way from the run's TraceId to the service's own log says why.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import { JobTracingPlugin } from 'temporal-job-tracing';
import { createHttpActivities } from 'temporal-job-tracing/activities';
import type { JobRun } from 'temporal-job-tracing/client';
import type { HttpJobInput, ScheduledJobSpec } from 'temporal-job-tracing/workflows';
import { waterfall } from '../../core/waterfall';
import type { ReceivedSpan } from '../../testing/otlp-span';
import { type Alerts, startAlerts } from '../support/alerts';
import type { ExampleOptions } from '../support/example';
import { runLines, waysToFind } from '../support/report';
import { endedRuns } from '../support/runs';
import { type OnStarted, runExample, type Stage, setStage } from '../support/stage';
import { progress, say, terminal, useColor } from '../support/terminal';
import { type LogEntry, logOf, logUrl, trafficCounts } from './operator';
import { play } from './players';
import { causeLines, countsLine, heading, loggedLines } from './report';
import { type GameService, startGameService } from './service-process';

const TASK_QUEUE = 'game';
/** A run that takes longer is an alert. */
const BUDGET_MS = 1_000;
/** A `--once` run that has not shown all by then has failed. */
const ONCE_TIMEOUT_MS = 150_000;
/** A job gets this long to end its runs. */
const STOP_TIMEOUT_MS = 10_000;

interface Game extends Stage {
  readonly service: GameService;
  readonly alerts: Alerts;
}

/** Runs until the user stops it, or with `once` until all has been shown. Leaves no process behind. */
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
      say(...heading(stage.places, service, BUDGET_MS, terminal));
      await withPlayers(service.url, () => showRuns(options, { ...stage, service, alerts }));
    } finally {
      await Promise.all(jobs.map(stopJob));
    }
  });
}

/** What the scheduler has called, and when: the job's name and its spec. */
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
    'load-test': { workflow: 'httpJob', cron: '@every 6s', args: [close], loadtest: true },
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

/** Ends the job and its runs while there is a worker that can. */
async function stopJob(job: WorkflowHandle): Promise<void> {
  await job.signal('stop');
  const ended = job.result().then(() => true);
  if (await Promise.race([ended, sleep(STOP_TIMEOUT_MS, false)])) return;
  await job.terminate('The example has ended.');
  await ended.catch(() => {});
}

/** Lets players play meanwhile. */
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

/** Every request must have its client span. */
function uncalled(trace: readonly ReceivedSpan[]): string[] {
  return trace.some(({ kind }) => kind === 'client') ? [] : ['no client span'];
}

/** Shows each run as it ends, with what the service says of it. */
async function showRuns({ once, signal }: ExampleOptions, game: Game): Promise<void> {
  const until = once ? AbortSignal.any([signal, AbortSignal.timeout(ONCE_TIMEOUT_MS)]) : signal;
  const { client, service } = game;
  const jobs = Object.keys(jobsOf('')).map((name) => `"${name}"`);
  const which = `JobName IN (${jobs.join(', ')}) AND WorkflowType = "httpJob"`;
  const shown = new Set<string>();
  for await (const run of endedRuns(client, game.jobs, which, until)) {
    const logged = await logOf(service.url, run.traceId);
    say(...runLines(run, terminal), ...loggedLines(logged, terminal));
    const isSlow = (run.durationMs ?? 0) > BUDGET_MS;
    const missing = isSlow ? await showSlowRun(run, logged, game) : [];
    if (once && missing.length > 0) throw new Error(`The story is incomplete: ${missing.join('; ')}.`);
    say(countsLine(await trafficCounts(service.url), terminal));
    for (const entry of logged) shown.add(kindOf(entry, isSlow));
    if (once && TO_SHOW.every((kind) => shown.has(kind))) return;
  }
  if (!signal.aborted) throw new Error(`Not all was seen within ${ONCE_TIMEOUT_MS / 1000} s.`);
}

const TO_SHOW = ['slow in lane gray', 'load test', 'stable'];

/** On a busy machine another run may be slow, too. */
function kindOf({ lane, loadtest }: LogEntry, isSlow: boolean): string {
  if (loadtest) return 'load test';
  if (lane === 'gray') return isSlow ? 'slow in lane gray' : 'in lane gray';
  return 'stable';
}

/** Shows where the time of a run went, and what the service logged of it; returns what its trace lacks. */
async function showSlowRun(
  run: JobRun,
  logged: readonly LogEntry[],
  { telemetry, places, service, alerts }: Game,
): Promise<readonly string[]> {
  const isTold = await alerts.tellOf(run.runId);
  const trace = await telemetry.traceOf(run.traceId);
  if (trace !== undefined) {
    const columns = Math.min(process.stdout.columns ?? 100, 120);
    say(...waterfall(trace.spans, { color: useColor(), columns }));
  }
  say(...causeLines(logged, logUrl(service.url, run.traceId), terminal));
  say(...waysToFind(run.traceId, places, terminal));
  return [...(isTold === false ? ['no alert came'] : []), ...(trace?.missing ?? [])];
}
