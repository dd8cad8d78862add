/**
 * Part `map-reduce`: compares `mapReduce` with the same fan-out written with plain child workflows and no plugin, in one
 * worker process for each, which take turns. Measures wall time, CPU of worker and server, memory of the worker, and
 * spans of the traces. By default with up to 1,000 shards; with `--full` up to 10,000.
 */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { startTemporalServer } from '../../testing/temporal-server';
import { startCollector } from '../core/collector';
import type { Figure, PartOptions, PartResult } from '../core/figure';
import { alternate, roundsOf } from '../core/rounds';
import { cpuMsOf, findServerProcess } from '../core/server-cpu';
import { EXPORT_DELAY_MS, type WorkerProcess } from '../core/worker-process';
import { startFanOutWorker } from './fan-out-worker';
import { argumentsOf, FAN_OUTS, type FanOut, type FanOutWorkers } from './fan-outs';
import { growthFigures, type Measured, type Size, sizeFigures } from './figures';
import { TraceSizes } from './traces';

/** From few shards to many, in the same processes, so that memory that they do not release counts. */
const SIZES = [
  { shards: 100, rounds: 6 },
  { shards: 1_000, rounds: 2 },
];
const FULL_SIZES = [
  { shards: 1_000, rounds: 6 },
  { shards: 10_000, rounds: 2 },
];
const WARM_UP_SHARDS = 200;
/** Time for the export of the last shards' spans: more than {@link EXPORT_DELAY_MS}. */
const SETTLE_MS = EXPORT_DELAY_MS + 300;

/** Measures MapReduce. */
export async function benchMapReduce(options: PartOptions): Promise<PartResult> {
  const directory = await mkdtemp(join(tmpdir(), 'bench-'));
  const server = await startTemporalServer();
  const traces = new TraceSizes();
  const collector = await startCollector({ take: (request) => traces.add(request) });
  const connection = await Connection.connect({ address: server.address });
  const workers: Partial<Record<FanOut, WorkerProcess>> = {};
  try {
    const settings = { directory, address: server.address, collectorUrl: collector.url };
    for (const fanOut of FAN_OUTS) workers[fanOut] = await startFanOutWorker(fanOut, settings);
    const started = workers as FanOutWorkers;
    const client = new Client({ connection });
    const serverPid = await findServerProcess(server.address);
    const run = (fanOut: FanOut, shards: number) =>
      measure(client, started[fanOut], argumentsOf(fanOut, shards), serverPid);
    for (const fanOut of FAN_OUTS) await run(fanOut, WARM_UP_SHARDS);
    traces.take();
    return { part: 'map-reduce', figures: await measureSizes(options, run, traces) };
  } finally {
    await Promise.all(Object.values(workers).map((worker) => worker.stop()));
    await connection.close();
    await collector.close();
    await server.stop();
    await rm(directory, { recursive: true });
  }
}

async function measureSizes(
  options: PartOptions,
  run: (fanOut: FanOut, shards: number) => Promise<Measured>,
  traces: TraceSizes,
): Promise<Figure[]> {
  const figures: Figure[] = [];
  const sizes: Size[] = [];
  for (const { shards, rounds } of options.full ? FULL_SIZES : SIZES) {
    console.error(`map-reduce: ${shards} shards …`);
    const counts = { rounds: roundsOf(rounds, options), warmUp: 0 };
    const measured = await alternate(FAN_OUTS, counts, (fanOut) => run(fanOut, shards));
    figures.push(...sizeFigures(shards, measured, traces.take()));
    sizes.push({ shards, rounds: measured });
  }
  const [few, many] = sizes;
  return few && many ? [...figures, ...growthFigures(few, many)] : figures;
}

/** Runs a fan-out and measures it. @throws {Error} if not every shard has succeeded */
async function measure(
  client: Client,
  { taskQueue, usage }: WorkerProcess,
  args: readonly [shards: number, ...others: number[]],
  serverPid: number | undefined,
): Promise<Measured> {
  const [workerBefore, serverBefore] = [await usage(), serverPid && (await cpuMsOf(serverPid))];
  const started = performance.now();
  const done = await client.workflow.execute('fanOut', {
    taskQueue,
    workflowId: randomUUID(),
    args: [...args],
  });
  const wallMs = performance.now() - started;
  if (done !== args[0]) throw new Error(`${done} of ${args[0]} shards have succeeded`);
  await sleep(SETTLE_MS);
  const [workerAfter, serverAfter] = [await usage(), serverPid && (await cpuMsOf(serverPid))];
  return {
    wallMs,
    workerMs: workerAfter.cpuMs - workerBefore.cpuMs,
    ...(serverBefore !== undefined && serverAfter !== undefined && { serverMs: serverAfter - serverBefore }),
    memory: workerAfter.memory,
  };
}
