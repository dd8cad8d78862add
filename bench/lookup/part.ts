/**
 * Part `lookup`: `JobClient.findByTraceId` among many runs on the development server's store. By default up to some
 * thousand; with `--full` up to 100,000.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { defineSearchAttributeKey } from '@temporalio/common';
import { JobClient } from 'temporal-job-tracing/client';
import { startTemporalServer } from '../../test/support/temporal-server';
import { type Figure, figure, type PartOptions, type PartResult } from '../core/figure';
import { roundsOf } from '../core/rounds';
import { estimate, median, quantile } from '../core/statistics';

const SIZES = [1_000, 4_000];
const FULL_SIZES = [1_000, 10_000, 100_000];
/** Look-ups in a round, each of another run. */
const LOOKUPS = 20;
const ROUNDS = 10;
/** Starts that are on their way at the same time. */
const CONCURRENCY = 32;
const TRACE_ID = defineSearchAttributeKey('TraceId', 'KEYWORD');
const JOB_TRIGGER = defineSearchAttributeKey('JobTrigger', 'KEYWORD');

export async function benchLookup(options: PartOptions): Promise<PartResult> {
  const server = await startTemporalServer();
  const connection = await Connection.connect({ address: server.address });
  try {
    const client = new Client({ connection });
    const jobs = new JobClient({ client });
    await jobs.ensureSearchAttributes();
    const traceIds: string[] = [];
    const figures: Figure[] = [];
    for (const size of options.full ? FULL_SIZES : SIZES) {
      console.error(`lookup: ${size} runs …`);
      await addRuns(client, traceIds, size);
      const rounds: number[][] = [];
      for (let round = 0; round < roundsOf(ROUNDS, options); round++)
        rounds.push(await lookUp(jobs, traceIds));
      const among = `among ${size.toLocaleString('en-US')} runs`;
      figures.push(
        figure(
          `findByTraceId ${among}, p50`,
          'ms',
          estimate(rounds, (some) => median(some.flat())),
        ),
        figure(
          `findByTraceId ${among}, p99`,
          'ms',
          estimate(rounds, (some) => quantile(some.flat(), 0.99)),
        ),
      );
    }
    return { part: 'lookup', figures };
  } finally {
    await connection.close();
    await server.stop();
  }
}

/** Starts runs that are bound at their start, as shards are, until there are as many; no worker takes them. */
async function addRuns(client: Client, traceIds: string[], size: number): Promise<void> {
  const lane = async () => {
    while (traceIds.length < size) {
      const traceId = randomBytes(16).toString('hex');
      traceIds.push(traceId);
      await client.workflow.start('nobody', {
        taskQueue: 'nobody',
        workflowId: randomUUID(),
        typedSearchAttributes: [
          { key: TRACE_ID, value: traceId },
          { key: JOB_TRIGGER, value: 'shard' },
        ],
      });
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, lane));
  // The last one may not be listed yet: its look-up waits for it.
  const last = traceIds.at(-1) ?? '';
  if (!(await new JobClient({ client, indexLagMs: 60_000 }).findByTraceId(last)))
    throw new Error('no run is listed');
}

async function lookUp(jobs: JobClient, traceIds: readonly string[]): Promise<number[]> {
  const took: number[] = [];
  for (let index = 0; index < LOOKUPS; index++) {
    const traceId = traceIds[Math.floor(Math.random() * traceIds.length)] ?? '';
    const started = performance.now();
    const found = await jobs.findByTraceId(traceId);
    took.push(performance.now() - started);
    if (!found) throw new Error(`the run of ${traceId} was not found`);
  }
  return took;
}
