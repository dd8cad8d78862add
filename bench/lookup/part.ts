/**
 * Part `lookup`: `JobClient.traces.find`, and `JobClient.shards.list` of a run with 100 shards, among many runs on the
 * development server's store. By default up to some thousand; with `--full` up to 100,000.
 */
import { Client, Connection } from '@temporalio/client';
import { JobClient } from 'temporal-job-tracing/client';
import { startTemporalServer } from '../../testing/temporal-server';
import type { PartOptions, PartResult } from '../core/figure';
import { roundsOf } from '../core/rounds';
import { growthFigures, type Round, SHARDS, type Size, sizeFigures } from './figures';
import { addRuns, runMapReduce } from './store';

const SIZES = [1_000, 4_000];
const FULL_SIZES = [1_000, 10_000, 100_000];
/** Look-ups of each kind in a round; each by TraceId is of another run. */
const LOOKUPS = 20;
const ROUNDS = 10;

/** Measures look-ups. */
export async function benchLookup(options: PartOptions): Promise<PartResult> {
  const server = await startTemporalServer();
  const connection = await Connection.connect({ address: server.address });
  try {
    const client = new Client({ connection });
    const jobs = new JobClient({ client });
    await jobs.ensureSearchAttributes();
    const runId = await runMapReduce(client, server.address);
    const traceIds: string[] = [];
    const sizes: Size[] = [];
    for (const runs of options.full ? FULL_SIZES : SIZES) {
      console.error(`lookup: ${runs} runs …`);
      await addRuns(client, traceIds, runs);
      const rounds: Round[] = [];
      for (let round = -1; round < roundsOf(ROUNDS, options); round++) {
        const measured = await lookUp(jobs, traceIds, runId);
        if (round >= 0) rounds.push(measured);
      }
      sizes.push({ runs, rounds });
    }
    return { part: 'lookup', figures: [...sizes.flatMap(sizeFigures), ...growthFigures(sizes)] };
  } finally {
    await connection.close();
    await server.stop();
  }
}

async function lookUp(jobs: JobClient, traceIds: readonly string[], runId: string): Promise<Round> {
  const round = { find: [] as number[], shards: [] as number[] };
  for (let index = 0; index < LOOKUPS; index++) {
    const traceId = traceIds[Math.floor(Math.random() * traceIds.length)] ?? '';
    round.find.push(await tookMs(() => findRun(jobs, traceId)));
    round.shards.push(await tookMs(() => listShards(jobs, runId)));
  }
  return round;
}

async function tookMs(lookUp: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await lookUp();
  return performance.now() - started;
}

async function findRun(jobs: JobClient, traceId: string): Promise<void> {
  if (!(await jobs.traces.find(traceId))) throw new Error(`the run of ${traceId} was not found`);
}

async function listShards(jobs: JobClient, runId: string): Promise<void> {
  let count = 0;
  for await (const { index } of jobs.shards.list(runId)) if (index < SHARDS) count++;
  if (count !== SHARDS) throw new Error(`${count} of ${SHARDS} shards were found`);
}
