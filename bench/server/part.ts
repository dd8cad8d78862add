/**
 * Part `server`: whole worker processes on a real server, one for each variant, which take turns. Measures CPU time of
 * the worker process for a run, throughput, duration of a run, CPU time of the server, events and bytes of histories.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { startTemporalServer } from '../../testing/temporal-server';
import { bundleKindOf, createBundles } from '../core/bundles';
import { startCollector } from '../core/collector';
import type { Figure, PartOptions, PartResult } from '../core/figure';
import { alternate, type Round, roundsOf } from '../core/rounds';
import { cpuMsOf, findServerProcess } from '../core/server-cpu';
import { VARIANTS, type Variant } from '../core/variants';
import { EXPORT_DELAY_MS, startWorker, type WorkerProcess } from '../core/worker-process';
import { historyFigures, type Measured, workloadFigures } from './figures';
import { type HistorySizes, historySizes, runAll, WORKLOADS, type Workload } from './runs';

/** Time for the export of the last runs' spans: more than {@link EXPORT_DELAY_MS}. */
const SETTLE_MS = EXPORT_DELAY_MS + 300;
/** Rounds until most code of the workers is compiled; some is still compiled after hundreds of runs. */
const WARM_UP = 40;

/** Measures whole worker processes. */
export async function benchServer(options: PartOptions): Promise<PartResult> {
  const directory = await mkdtemp(join(tmpdir(), 'bench-'));
  const server = await startTemporalServer();
  const collector = await startCollector();
  const connection = await Connection.connect({ address: server.address });
  const client = new Client({ connection });
  const workers: Partial<Record<Variant, WorkerProcess>> = {};
  try {
    const bundles = await createBundles();
    for (const variant of VARIANTS) {
      const codePath = join(directory, `${VARIANTS.indexOf(variant)}.js`);
      await writeFile(codePath, bundles[bundleKindOf(variant)].code);
      workers[variant] = await startWorker({
        variant,
        taskQueue: `bench-${VARIANTS.indexOf(variant)}`,
        address: server.address,
        codePath,
        collectorUrl: collector.url,
      });
    }
    const started = workers as Record<Variant, WorkerProcess>;
    const serverPid = await findServerProcess(server.address);
    const figures: Figure[] = [];
    for (const workload of WORKLOADS) {
      console.error(`server: ${workload.name} …`);
      const counts = { rounds: roundsOf(workload.rounds, options), warmUp: WARM_UP };
      const turns = await alternate(VARIANTS, counts, (variant) =>
        takeTurn(client, started[variant], workload, serverPid),
      );
      await sleep(SETTLE_MS);
      const last: Partial<Record<Variant, number>> = {};
      for (const variant of VARIANTS) last[variant] = (await started[variant].usage()).cpuMs;
      figures.push(
        ...workloadFigures(workload.name, measuredOf(turns, last as Required<typeof last>, workload)),
      );
      const sizes: Partial<Record<Variant, HistorySizes>> = {};
      for (const variant of VARIANTS)
        sizes[variant] = await historySizes(client, started[variant].taskQueue, workload.type);
      figures.push(...historyFigures(workload.name, sizes as Required<typeof sizes>));
    }
    return { part: 'server', figures };
  } finally {
    await Promise.all(Object.values(workers).map((worker) => worker.stop()));
    await connection.close();
    await collector.close();
    await server.stop();
    await rm(directory, { recursive: true });
  }
}

/** Measurements of one variant in one round, before the next turn. */
interface Turn extends Omit<Measured, 'workerMs'> {
  /** CPU time of the worker process until the start of the turn, in milliseconds. */
  readonly workerCpuMs: number;
}

async function takeTurn(
  client: Client,
  worker: WorkerProcess,
  workload: Workload,
  serverPid: number | undefined,
): Promise<Turn> {
  const { cpuMs: workerCpuMs } = await worker.usage();
  const serverBefore = serverPid && (await cpuMsOf(serverPid));
  const started = performance.now();
  const tookMs = await runAll(client, worker.taskQueue, workload);
  const wallMs = performance.now() - started;
  const serverAfter = serverPid && (await cpuMsOf(serverPid));
  return {
    tookMs,
    runsPerSecond: (1_000 * workload.runs) / wallMs,
    workerCpuMs,
    ...(serverBefore !== undefined &&
      serverAfter !== undefined && { serverMs: (serverAfter - serverBefore) / workload.runs }),
  };
}

/** Counts a worker's CPU time from one of its turns to the next, so that its later export of spans is included. */
function measuredOf(
  turns: readonly Round<Variant, Turn>[],
  last: Readonly<Record<Variant, number>>,
  { runs }: Workload,
): Round<Variant, Measured>[] {
  return turns.map((round, index) => {
    const measured: Partial<Record<Variant, Measured>> = {};
    for (const variant of VARIANTS) {
      const { workerCpuMs, ...turn } = round[variant];
      const nextCpuMs = turns[index + 1]?.[variant].workerCpuMs ?? last[variant];
      measured[variant] = { ...turn, workerMs: (nextCpuMs - workerCpuMs) / runs };
    }
    return measured as Round<Variant, Measured>;
  });
}
