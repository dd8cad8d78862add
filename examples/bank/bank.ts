/**
 * The bank: a batch over many accounts fails in one of them, and the small trace of its shard shows why.
 *
 * Starts a real Temporal server, AccountService as a separate process, a worker with the plugin, and the migration.
 * Shows the failed shard during the run and after it; then the operator releases a longer field and reruns the failed
 * shard.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import { JobTracingPlugin } from 'temporal-job-tracing';
import type { Shard, ShardFilter } from 'temporal-job-tracing/client';
import type { ExampleOptions } from '../support/example';
import { type ServiceProcess, startService } from '../support/service-process';
import { type OnStarted, runExample, type Stage, setStage } from '../support/stage';
import { missingServerSpans } from '../support/telemetry';
import { clock, print, printTrace, progress, terminal } from '../support/terminal';
import { createActivities } from './activities';
import { heading, shardLine, shardLines, waysToList } from './report';
import { migrateAccounts } from './workflows';

const TASK_QUEUE = 'bank';
const WORKFLOW_ID = 'bank-migrateAccounts';
const POLL_INTERVAL_MS = 500;
/** Time limit for the whole story. */
const TIMEOUT_MS = 150_000;

interface Bank extends Stage {
  readonly service: ServiceProcess;
}

/** Runs the example until the user stops it, or with `once` until everything has been shown. Leaves no process behind. */
export function runBank(options: ExampleOptions): Promise<void> {
  return runExample(options, (onStarted) => openBank(options, onStarted));
}

async function openBank(options: ExampleOptions, onStarted: OnStarted): Promise<void> {
  const stage = await setStage('bank-worker', missingServerSpans, onStarted);
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
  print(...heading(places, service.url, terminal));
  const run = await client.workflow.start(migrateAccounts, {
    taskQueue: TASK_QUEUE,
    workflowId: WORKFLOW_ID,
    workflowIdConflictPolicy: 'TERMINATE_EXISTING',
  });
  // Runs after the worker has stopped. Terminating a closed run fails, which is ignored.
  onStarted(() => run.terminate('The example has ended.').catch(() => {}));
  await worker.runUntil(follow(options, run, { ...stage, service }));
}

/** Shows the run from its first failed shard to the end of the rerun shard. */
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
  if (ended) print(...waysToList(ended, bank.places, terminal));

  await bank.service.post('/releases/2');
  print(terminal.yellow(`${clock(new Date())}  release 2 of AccountService is live: the field is longer`));
  await bank.jobs.shards.rerunFailed(run, { reason: 'the field is longer' });
  const isMended = (shards: readonly Shard[]) => shards.some(({ result }) => result === 'success');
  const [mended] = await shardsUntil(bank, run, isMended, until, { label: failed.label });
  if (mended === undefined) return gaveUp(signal, 'the shard that was run again had not ended');
  print('', ...shardLine(mended, terminal), '');
  if (!once) await aborted(signal);
}

/** Lists shards until the condition holds, since visibility lags behind; empty if the signal aborts first. */
async function shardsUntil(
  { jobs }: Bank,
  run: WorkflowHandle,
  condition: (shards: readonly Shard[]) => boolean,
  until: AbortSignal,
  filter: ShardFilter,
): Promise<readonly Shard[]> {
  while (!until.aborted) {
    const shards: Shard[] = [];
    for await (const shard of jobs.shards.list(run, filter)) shards.push(shard);
    if (condition(shards)) return shards;
    // Rejects only when the signal aborts, and then the loop ends.
    await sleep(POLL_INTERVAL_MS, undefined, { signal: until }).catch(() => {});
  }
  return [];
}

async function showRun({ jobs }: Bank, handle: WorkflowHandle): Promise<void> {
  const { run } = await jobs.traces.of(handle);
  const shards: Shard[] = [];
  for await (const shard of jobs.shards.list(handle)) shards.push(shard);
  if (run) print(...shardLines(run, shards, terminal));
}

/** Shows the shard's trace; returns its problems. */
async function showTrace({ telemetry }: Bank, { traceId }: Shard): Promise<readonly string[]> {
  const trace = await telemetry.traceOf(traceId);
  if (trace) {
    print('');
    printTrace(trace.spans);
  }
  return trace?.missing ?? [];
}

/** Throws unless the user has stopped the example. */
function gaveUp(signal: AbortSignal, what: string): void {
  if (!signal.aborted) throw new Error(`After ${TIMEOUT_MS / 1000} s ${what}.`);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
