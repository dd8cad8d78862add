/**
 * The bank: a batch over many accounts fails in one of them, and the shard's own small trace tells why.
 *
 * Starts, each of it real: a Temporal server, AccountService in a process of its own, a worker with the plugin, the
 * migration. Shows the failed shard while the run goes on, and again after it; then the operator releases a longer
 * field and runs the failed shard again.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import { JobTracingPlugin } from 'temporal-job-tracing';
import type { Shard, ShardFilter } from 'temporal-job-tracing/client';
import { waterfall } from '../../core/waterfall';
import type { ReceivedSpan } from '../../testing/otlp-span';
import type { ExampleOptions } from '../support/example';
import { type ServiceProcess, startService } from '../support/service-process';
import { type OnStarted, runExample, type Stage, setStage } from '../support/stage';
import { clock, progress, say, terminal, useColor } from '../support/terminal';
import { createActivities } from './activities';
import { heading, shardLine, shardLines, waysToList } from './report';
import { migrateAccounts } from './workflows';

const TASK_QUEUE = 'bank';
const WORKFLOW_ID = 'bank-migrateAccounts';
const POLL_INTERVAL_MS = 500;
/** What has not happened by then does not happen. */
const TIMEOUT_MS = 150_000;

interface Bank extends Stage {
  readonly service: ServiceProcess;
}

/** Runs until the user stops it, or with `once` until all has been shown. Leaves no process behind. */
export function runBank(options: ExampleOptions): Promise<void> {
  return runExample(options, (onStarted) => openBank(options, onStarted));
}

async function openBank(options: ExampleOptions, onStarted: OnStarted): Promise<void> {
  const stage = await setStage('bank-worker', unserved, onStarted);
  progress('Starting AccountService');
  const service = await startService('AccountService', require.resolve('./account-service/main.js'));
  onStarted(service.stop);

  const { connection, client, traceUrl, places } = stage;
  const worker = await Worker.create({
    connection,
    taskQueue: TASK_QUEUE,
    workflowsPath: require.resolve('./workflows.js'),
    activities: createActivities(service.url),
    plugins: [new JobTracingPlugin(traceUrl)],
  });
  say(...heading(places, service.url, terminal));
  const run = await client.workflow.start(migrateAccounts, {
    taskQueue: TASK_QUEUE,
    workflowId: WORKFLOW_ID,
    workflowIdConflictPolicy: 'TERMINATE_EXISTING',
  });
  // After the worker has stopped; a run that has ended stays as it is.
  onStarted(() => run.terminate('The example has ended.').catch(() => {}));
  await worker.runUntil(follow(options, run, { ...stage, service }));
}

/** The service's side of each activity must be in the trace. */
function unserved(trace: readonly ReceivedSpan[]): string[] {
  const activities = trace.filter(({ name }) => name.startsWith('RunActivity:'));
  const served = trace.filter(({ kind }) => kind === 'server');
  return served.length < activities.length
    ? [`${activities.length} activities have ${served.length} server spans`]
    : [];
}

/** Shows what happens to the run, from its first failed shard to the end of the one that is run again. */
async function follow({ once, signal }: ExampleOptions, run: WorkflowHandle, bank: Bank): Promise<void> {
  const until = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
  const [failed] = await shardsUntil(bank, run, (shards) => shards.length > 0, until, { result: 'failure' });
  if (failed === undefined) return gaveUp(signal, 'no shard had failed');
  await showRun(bank, run);
  const missing = await showTrace(bank, failed);
  if (once && missing.length > 0) throw new Error(`The shard's trace is incomplete: ${missing.join('; ')}.`);

  await Promise.race([run.result().catch(() => {}), aborted(until)]);
  if (until.aborted) return gaveUp(signal, 'the run had not ended');
  await showRun(bank, run);
  const { run: ended } = await bank.jobs.traces.of(run);
  if (ended) say(...waysToList(ended, bank.places, terminal));

  await bank.service.post('/releases/2');
  say(terminal.yellow(`${clock(new Date())}  release 2 of AccountService is live: the field is longer`));
  await bank.jobs.shards.rerunFailed(run, { reason: 'the field is longer' });
  const isMended = (shards: readonly Shard[]) => shards.some(({ result }) => result === 'success');
  const [mended] = await shardsUntil(bank, run, isMended, until, { label: failed.label });
  if (mended === undefined) return gaveUp(signal, 'the shard that was run again had not ended');
  say('', ...shardLine(mended, terminal), '');
  if (!once) await aborted(signal);
}

/** Lists until it is so, which visibility tells a little late; nothing when it was given up. */
async function shardsUntil(
  { jobs }: Bank,
  run: WorkflowHandle,
  isSo: (shards: readonly Shard[]) => boolean,
  until: AbortSignal,
  filter: ShardFilter,
): Promise<readonly Shard[]> {
  while (!until.aborted) {
    const shards: Shard[] = [];
    for await (const shard of jobs.shards.list(run, filter)) shards.push(shard);
    if (isSo(shards)) return shards;
    // Rejects only when the signal aborts, and then the loop ends.
    await sleep(POLL_INTERVAL_MS, undefined, { signal: until }).catch(() => {});
  }
  return [];
}

async function showRun({ jobs }: Bank, handle: WorkflowHandle): Promise<void> {
  const { run } = await jobs.traces.of(handle);
  const shards: Shard[] = [];
  for await (const shard of jobs.shards.list(handle)) shards.push(shard);
  if (run) say(...shardLines(run, shards, terminal));
}

/** Shows the shard's trace; returns what it lacks. */
async function showTrace({ telemetry }: Bank, { traceId }: Shard): Promise<readonly string[]> {
  const trace = await telemetry.traceOf(traceId);
  const columns = Math.min(process.stdout.columns ?? 100, 120);
  if (trace) say('', ...waterfall(trace.spans, { color: useColor(), columns }));
  return trace?.missing ?? [];
}

/** The user may stop at any time; anything else is an error. */
function gaveUp(signal: AbortSignal, what: string): void {
  if (!signal.aborted) throw new Error(`After ${TIMEOUT_MS / 1000} s ${what}.`);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
