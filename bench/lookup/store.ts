/** Fills the store for the look-ups: a MapReduce run with its shards, and many other runs. */
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { defineSearchAttributeKey } from '@temporalio/common';
import { JobClient } from 'temporal-job-tracing/client';
import { traceIdOfRun } from '../../core/trace-id';
import { until } from '../../testing/until';
import { startCollector } from '../core/collector';
import { startFanOutWorker } from '../map-reduce/fan-out-worker';
import { argumentsOf } from '../map-reduce/fan-outs';
import { SHARDS } from './figures';

const FAN_OUT = 'mapReduce, 5 % of shards sampled';
/** Concurrent starts; more of them do not make the server faster. */
const CONCURRENCY = 32;
const LISTED_WITHIN_MS = 60_000;
const TRACE_ID = defineSearchAttributeKey('TraceId', 'KEYWORD');
const JOB_NAME = defineSearchAttributeKey('JobName', 'KEYWORD');
const JOB_TRIGGER = defineSearchAttributeKey('JobTrigger', 'KEYWORD');
const JOB_RUN_ID = defineSearchAttributeKey('JobRunId', 'KEYWORD');
const TRACE_SAMPLED = defineSearchAttributeKey('TraceSampled', 'BOOL');

/**
 * Runs `mapReduce` with {@link SHARDS} shards in a worker with the plugin.
 *
 * @returns its run id, once all of its shards are listed
 */
export async function runMapReduce(client: Client, address: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'bench-'));
  const collector = await startCollector();
  const worker = await startFanOutWorker(FAN_OUT, { directory, address, collectorUrl: collector.url });
  try {
    const handle = await client.workflow.start('fanOut', {
      taskQueue: worker.taskQueue,
      workflowId: randomUUID(),
      args: argumentsOf(FAN_OUT, SHARDS),
    });
    await handle.result();
    await untilListed(client, `JobRunId = '${handle.firstExecutionRunId}' AND ExecutionStatus = 'Completed'`);
    return handle.firstExecutionRunId;
  } finally {
    await worker.stop();
    await collector.close();
    await rm(directory, { recursive: true });
  }
}

/** Waits until the query finds {@link SHARDS} shards. @throws {Error} after a minute */
async function untilListed(client: Client, query: string): Promise<void> {
  let listed = 0;
  const areListed = async () => {
    listed = (await client.workflow.count(`${query} AND JobTrigger = 'shard'`)).count;
    return listed === SHARDS;
  };
  await until(areListed, {
    within: LISTED_WITHIN_MS,
    says: () => `${listed} of ${SHARDS} shards are listed`,
  });
}

/**
 * Starts runs with the attributes of shards of other jobs, until there are `size`. No worker has to run them: they are
 * delayed by a day. Attributes without a parent prove nothing, so each is found by its own run id.
 */
export async function addRuns(client: Client, traceIds: string[], size: number): Promise<void> {
  let jobRunId = randomUUID();
  let left = size - traceIds.length;
  const slot = async () => {
    while (left-- > 0) {
      if (left % SHARDS === 0) jobRunId = randomUUID();
      const { firstExecutionRunId } = await client.workflow.start('nobody', {
        taskQueue: 'nobody',
        workflowId: randomUUID(),
        startDelay: '1 day',
        typedSearchAttributes: [
          { key: TRACE_ID, value: randomBytes(16).toString('hex') },
          { key: JOB_NAME, value: 'nobody' },
          { key: JOB_TRIGGER, value: 'shard' },
          { key: JOB_RUN_ID, value: jobRunId },
          { key: TRACE_SAMPLED, value: true },
        ],
      });
      traceIds.push(traceIdOfRun(firstExecutionRunId));
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, slot));
  // The last run may not be listed yet: its look-up waits for it.
  const last = traceIds.at(-1) ?? '';
  if (!(await new JobClient({ client, indexLagMs: LISTED_WITHIN_MS }).traces.find(last)))
    throw new Error('no run is listed');
}
