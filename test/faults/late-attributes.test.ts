/**
 * Search attributes that the server lists, but does not accept yet or no longer: a server with the caches of a cluster,
 * which the development server bypasses by default. The tests assert failed workflow tasks, not results.
 */
import { deepEqual, match, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { JobTracingPlugin } from 'temporal-job-tracing';
import { startTemporalServer, type TemporalServer } from '../../testing/temporal-server';
import { until } from '../../testing/until';
import { workflowBundle } from '../support/bundles';
import { taskFailures } from '../support/histories';

const CACHES = [
  'system.namespaceCacheRefreshInterval="10s"',
  'system.forceSearchAttributesCacheRefreshOnRead=false',
];
const TASK_QUEUE = 'late-attributes';
const workflowsPath = require.resolve('../support/workflows/scheduled');
/** A refused task is retried at once, and then after its timeout of 10 s. */
const SECOND_RETRY_MS = 10_000;
const REMOVED = ['JobName', 'TraceSampled'];

interface Ended {
  /** Tasks that the server refused. */
  readonly refused: readonly string[];
  readonly tookMs: number;
  readonly isBound: boolean;
  readonly events: string;
}

/** Returns the types of the events with their times, in milliseconds since the first. */
function timesOf(events: readonly temporal.api.history.v1.IHistoryEvent[]): string {
  const timeMs = ({ eventTime }: temporal.api.history.v1.IHistoryEvent) =>
    Number(eventTime?.seconds ?? 0) * 1000 + (eventTime?.nanos ?? 0) / 1e6;
  const startMs = timeMs(events[0] ?? {});
  const { EventType } = temporal.api.enums.v1;
  return events
    .map((event) => `${EventType[event.eventType ?? 0]} ${Math.round(timeMs(event) - startMs)}`)
    .join('\n');
}

describe('search attributes that the server lists but does not accept', () => {
  const log: string[] = [];
  const connections: NativeConnection[] = [];
  const workers: { worker: Worker; done: Promise<void> }[] = [];
  let server: TemporalServer;
  let connection: Connection;
  let client: Client;

  before(async () => {
    Runtime.install({
      logger: new DefaultLogger('INFO', ({ level, message }) => {
        if (message.startsWith('temporal-job-tracing')) log.push(`${level} ${message}`);
      }),
    });
    const env = { ...process.env, TEMPORAL_ADDRESS: undefined };
    server = await startTemporalServer({ dynamicConfig: CACHES, env, log: () => {} });
    connection = await Connection.connect({ address: server.address });
    client = new Client({ connection });
  });
  after(async () => {
    for (const { worker } of workers) worker.shutdown();
    await Promise.all(workers.map(({ done }) => done));
    for (const each of connections) await each.close();
    await connection?.close();
    await server?.stop();
  });

  async function work(): Promise<void> {
    const native = await NativeConnection.connect({ address: server.address });
    connections.push(native);
    const plugins = [new JobTracingPlugin({ sampling: { default: 0 } })];
    const worker = await Worker.create({
      ...{ connection: native, taskQueue: TASK_QUEUE, plugins },
      workflowBundle: await workflowBundle({ workflowsPath, plugins }),
    });
    workers.push({ worker, done: worker.run() });
  }

  let count = 0;
  async function run(): Promise<Ended> {
    const startedMs = Date.now();
    const handle: WorkflowHandle = await client.workflow.start('quick', {
      taskQueue: TASK_QUEUE,
      workflowId: `run-${++count}`,
    });
    await handle.result();
    const tookMs = Date.now() - startedMs;
    const { events } = await handle.fetchHistory();
    const isBound = !!events?.some((event) => event.upsertWorkflowSearchAttributesEventAttributes);
    const refused = taskFailures({ events: events ?? [] }).filter((message) => message.includes('BadSearch'));
    return { refused, tookMs, isBound, events: timesOf(events ?? []) };
  }

  /** Starts runs, one after the other, until one fulfils the condition. */
  async function runsUntil(isExpected: (run: Ended) => boolean, within: number): Promise<Ended[]> {
    const runs: Ended[] = [];
    await until(
      async () => {
        const last = await run();
        runs.push(last);
        return isExpected(last);
      },
      { within, says: () => JSON.stringify(runs.at(-1)) },
    );
    return runs;
  }

  it('not yet: runs start unbound, no task is refused, and they are bound once the server accepts it', async () => {
    await work();
    const runs = [await run(), ...(await runsUntil(({ isBound }) => isBound, 60_000))];
    deepEqual(
      runs.flatMap(({ refused }) => refused),
      [],
    );
    match(log.join('\n'), /WARN .* registered, but the server does not accept them yet/);
  });

  it('accepted: a worker that starts later binds at once', async () => {
    for (const { worker } of workers) worker.shutdown();
    await Promise.all(workers.splice(0).map(({ done }) => done));
    await work();
    const { refused, isBound } = await run();
    deepEqual([refused, isBound], [[], true]);
  });

  it('no longer: a run is delayed by one quick retry on any worker, and then bound again', async () => {
    await work();
    const isOver = ({ refused, isBound }: Ended) => refused.length > 0 || !isBound;
    const runs: Ended[] = [];
    // A worker that checks before the server's cache expires registers them again before a run is refused.
    for (let tries = 0; tries < 4 && !runs.some(({ refused }) => refused.length > 0); tries++) {
      log.length = 0;
      await connection.operatorService.removeSearchAttributes({
        namespace: 'default',
        searchAttributes: REMOVED,
      });
      const isGone = () => log.some((line) => line.includes('were gone'));
      runs.push(...(await runsUntil((last) => isOver(last) || isGone(), 60_000)));
      runs.push(...(await Promise.all(Array.from({ length: 10 }, run))));
      await until(isGone, { says: 'they have not been registered again' });
      runs.push(...(await runsUntil(({ isBound }) => isBound, 60_000)));
    }
    for (const { refused, tookMs, events } of runs) {
      ok(refused.length <= 1, refused.join('\n'));
      ok(tookMs < SECOND_RETRY_MS, `${tookMs} ms: ${refused.join(', ')}\n${events}`);
    }
    ok(
      runs.some(({ refused }) => refused.length === 1),
      'the server refused what it had accepted',
    );
    match(
      log.join('\n'),
      /WARN .* were gone, and have been registered again: JobName, TraceSampled\. If they/,
    );
  });
});
