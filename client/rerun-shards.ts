/**
 * Reruns failed shards: each as a new run under its workflow id, with the same input, options and attributes,
 * always sampled, in the shard's own trace below its first run.
 *
 * The run that called `mapReduce` neither waits for the new runs nor counts them.
 */
import { randomUUID } from 'node:crypto';
import type { temporal } from '@temporalio/proto';
import { readHeader, TRACE_HEADER, writeHeader } from '../core/trace-header';
import { rootSpanIdOfRun } from '../core/trace-id';
import { defined } from '../core/util/defined';
import type { RunReader } from './job-run';
import { withinTimeout } from './listing';
import type { Shard } from './shards';
import { readStartedEvent } from './trace-of-execution';

/** `WorkflowIdReusePolicy` and `WorkflowIdConflictPolicy` of Temporal's API. */
const [ALLOW_DUPLICATE, FAIL_ON_CONFLICT] = [1, 1];
const TRACE_SAMPLED = 'TraceSampled';

export interface ShardRerunOptions {
  /** Reason for the rerun, shown on the root span and by `jobInfo()`. @default none */
  readonly reason?: string;
}

/** The new run of a shard that was rerun. */
export interface RerunShard {
  readonly index: number;
  readonly label: string;
  readonly workflowId: string;
  /** Run id of the shard's new run. */
  readonly runId: string;
  /** Trace ID of the shard, the same as before the rerun; 32 lower-case hex digits. */
  readonly traceId: string;
}

type Started = temporal.api.history.v1.IWorkflowExecutionStartedEventAttributes;

/**
 * Starts the new run of a shard.
 *
 * @throws {Error} if the shard's history is gone, or if the shard is already running again
 */
export async function rerunShard(
  reader: RunReader,
  shard: Shard,
  { reason }: ShardRerunOptions,
): Promise<RerunShard> {
  const { client } = reader;
  const { workflowId, index, label, traceId } = shard;
  const started = await withinTimeout(client, () => readStartedEvent(client, shard));
  if (started === undefined)
    throw new Error(
      `shard ${index} (${workflowId}): its history was deleted, so its input is no longer known`,
    );
  const { identity, namespace } = client.options;
  const { runId } = await withinTimeout(client, () =>
    client.workflowService.startWorkflowExecution({
      namespace,
      identity,
      requestId: randomUUID(),
      workflowId,
      workflowIdReusePolicy: ALLOW_DUPLICATE,
      workflowIdConflictPolicy: FAIL_ON_CONFLICT,
      ...optionsOf(started),
      searchAttributes: recorded(started),
      header: { fields: { ...started.header?.fields, ...traceOf(started, identity, reason) } },
    }),
  );
  return Object.freeze({ index, label, workflowId, runId, traceId });
}

function optionsOf(started: Started) {
  return {
    workflowType: started.workflowType ?? null,
    taskQueue: started.taskQueue ?? null,
    input: started.input ?? null,
    memo: started.memo ?? null,
    retryPolicy: started.retryPolicy ?? null,
    priority: started.priority ?? null,
    workflowExecutionTimeout: started.workflowExecutionTimeout ?? null,
    workflowRunTimeout: started.workflowRunTimeout ?? null,
    workflowTaskTimeout: started.workflowTaskTimeout ?? null,
  };
}

/** Returns the headers that put the new run into the shard's trace, below the first run. */
function traceOf(started: Started, startedBy: string, reason: string | undefined) {
  const { span, baggage, jobHeader } = readHeader(started.header?.fields).header ?? {};
  if (span === undefined || jobHeader?.kind !== 'shard') return {};
  const { parentTraceId: _, facts, ...shard } = jobHeader;
  const spanId = rootSpanIdOfRun(started.firstExecutionRunId ?? '');
  return {
    [TRACE_HEADER]: writeHeader({
      span: { ...span, spanId, sampled: true },
      ...(baggage && { baggage }),
      jobHeader: { ...shard, facts: { ...facts, startedBy, ...defined({ reason }) } },
    }),
  };
}

/** Returns the search attributes of the shard's start, changed to sampled. */
function recorded({ searchAttributes }: Started) {
  const fields = searchAttributes?.indexedFields ?? {};
  const sampled = fields[TRACE_SAMPLED];
  const isRecorded = sampled && { [TRACE_SAMPLED]: { ...sampled, data: Buffer.from('true') } };
  return { indexedFields: { ...fields, ...isRecorded } };
}
