/**
 * Part `alerts`: how many calls a watcher makes to Temporal with many healthy jobs, how soon an alert about a failure is
 * delivered, and how many events watching adds to a user's run and to its own histories. By default with 10 and 1,000 jobs;
 * with `--full` also with 5,000 and 10,000.
 */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { NoopSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { Client, type WorkflowHandle } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { JobTracingPlugin } from 'temporal-job-tracing';
import { type AlertPayload, type JobAlertsConfig, startJobWatcher } from 'temporal-job-tracing/alerts';
import { JobClient } from 'temporal-job-tracing/client';
import { resolveAlerts } from '../../alerts/config/resolve';
import { JobWatch } from '../../alerts/watch/job-watch';
import { startTemporalServer } from '../../testing/temporal-server';
import { until } from '../../testing/until';
import { counted, type Figure, figure, type PartOptions, type PartResult } from '../core/figure';
import { estimate, quantile } from '../core/statistics';
import { watcherEventsADay } from './watcher-events';

const SIZES = [10, 1_000];
const FULL_SIZES = [10, 1_000, 5_000, 10_000];
const TASK_QUEUE = 'bench-alerts';
/** Duration of runs that must not end during the benchmark. */
const GOES_ON_MS = 60 * 60_000;
const STARTS_AT_ONCE = 16;
const POLL_MS = 5_000;
const WATCHED_MS = 60_000;
const FAILURES = 40;
const HOOK_KEY = Buffer.from('a key of a benchmark, 32 bytes!!').toString('base64');

/** Heartbeats of the watcher's activity, one each 5 s, which the SDK sends. */
const HEARTBEATS_PER_SECOND = 0.2;

interface Stage {
  readonly client: Client;
  readonly connection: NativeConnection;
}

/** Measures the watcher. */
export async function benchAlerts(options: PartOptions): Promise<PartResult> {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const server = await startTemporalServer();
  const connection = await NativeConnection.connect({ address: server.address });
  const watching = await NativeConnection.connect({ address: server.address });
  try {
    const client = new Client({ connection });
    await new JobClient({ client }).ensureSearchAttributes();
    const worker = await Worker.create({
      connection,
      taskQueue: TASK_QUEUE,
      workflowBundle: await bundleWorkflowCode({
        workflowsPath: require.resolve('../workflows/alerts'),
        logger: new DefaultLogger('ERROR'),
        plugins: [new JobTracingPlugin()],
      }),
      plugins: [new JobTracingPlugin({ spanProcessors: [new NoopSpanProcessor()] })],
    });
    const stage = { client, connection: watching };
    const figures = await worker.runUntil(async () => [
      ...(await delays(stage, options)),
      ...(await calls(stage, options)),
      counted('events of a watcher a day', 'events', await watcherEventsADay(client, watching), {
        atMost: 300,
      }),
    ]);
    return { part: 'alerts', figures };
  } finally {
    await watching.close();
    await connection.close();
    await server.stop();
  }
}

/** Measures how soon alerts about failures are delivered, at the default poll interval. */
async function delays({ client, connection }: Stage, { quick }: PartOptions): Promise<Figure[]> {
  const receiver = await startReceiver();
  const watcher = await startJobWatcher({
    connection,
    config: configOf(receiver.url),
    secrets: () => HOOK_KEY,
  });
  const count = quick ? FAILURES / 4 : FAILURES;
  try {
    await until(async () => (await watcher.status()).watch, { says: 'the watcher has not begun' });
    for (let index = 0; index < count; index++) {
      await start(client, 'fails', [], `failing-${index}`);
      // More than five failures in one poll would be one message.
      await sleep(1_000 + Math.random() * 1_000);
    }
    const says = () => `${receiver.received.length} of ${count} alerts were delivered`;
    await until(() => receiver.received.length >= count, { says });
  } finally {
    await watcher.close();
    await receiver.close();
  }
  const tookMs = receiver.received.map(
    ({ atMs, payload }) => atMs - Date.parse(payload.data.run?.closed ?? ''),
  );
  const quantileOf = (share: number) => estimate(tookMs, (some) => quantile(some, share) / 1_000);
  return [
    figure('from a failure to its delivery, p50', 's', quantileOf(0.5)),
    figure('from a failure to its delivery, p95', 's', quantileOf(0.95), { atMost: 15 }),
  ];
}

/** Measures the calls to Temporal with healthy jobs, and the events added to their runs. */
async function calls({ client }: Stage, { full }: PartOptions): Promise<Figure[]> {
  const figures: Figure[] = [];
  let jobs = 0;
  for (const size of full ? FULL_SIZES : SIZES) {
    console.error(`alerts: ${size} jobs …`);
    for (; jobs < size; jobs += STARTS_AT_ONCE) {
      const some = Array.from({ length: Math.min(STARTS_AT_ONCE, size - jobs) }, (_, index) => jobs + index);
      const started = await Promise.all(
        some.map((job) => start(client, 'goesOn', [GOES_ON_MS], `well-${job}`)),
      );
      // Healthy jobs: no run still waits for its first task.
      await Promise.all(started.map(hasBegun));
    }
    jobs = size;
    const perSecond = await callsPerSecond(client);
    const name = `calls to Temporal a second, ${size.toLocaleString('en-US')} jobs with a run each`;
    figures.push(counted(name, '', perSecond + HEARTBEATS_PER_SECOND, { atMost: 1 }));
  }
  const { historyLength } = await client.workflow.getHandle('well-0').describe();
  const alone = await start(client, 'goesOn', [GOES_ON_MS], 'alone');
  await hasBegun(alone);
  const { historyLength: unwatched } = await alone.describe();
  return [...figures, counted("events in a user's run", 'more', historyLength - unwatched, { atMost: 0 })];
}

/** Measures the calls of a watcher from its start, including its first poll of everything that runs. */
async function callsPerSecond(client: Client): Promise<number> {
  const watch = new JobWatch({
    client,
    config: resolveAlerts(configOf('http://127.0.0.1:1')),
    sinceMs: Date.now(),
    redact: (text) => text,
    now: Date.now,
    silences: async () => [],
    stoppedChannels: () => [],
  });
  const startedMs = Date.now();
  while (Date.now() - startedMs < WATCHED_MS) {
    const lookMs = Date.now();
    await watch.poll();
    await sleep(Math.max(0, lookMs + POLL_MS - Date.now()));
  }
  return watch.calls / ((Date.now() - startedMs) / 1_000);
}

async function hasBegun(run: WorkflowHandle): Promise<void> {
  const isDone = async () => (await run.describe()).raw.pendingWorkflowTask == null;
  await until(isDone, { says: `${run.workflowId} has not begun` });
}

function start(client: Client, type: string, args: unknown[], job: string) {
  const workflowId = job === 'well-0' || job === 'alone' ? job : `${job}/${randomUUID()}`;
  return client.workflow.start(type, { taskQueue: TASK_QUEUE, workflowId, args, memo: { jobName: job } });
}

function configOf(url: string): JobAlertsConfig {
  return { channels: { bench: { type: 'webhook', url, secret: { secret: 'HOOK_KEY' } } } };
}

async function startReceiver() {
  const received: { readonly atMs: number; readonly payload: AlertPayload }[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({ atMs: Date.now(), payload: JSON.parse(Buffer.concat(chunks).toString()) });
      response.writeHead(204).end();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    close: async () => {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}
