/** Workflows that tell what they know of their job, and those that start children of each kind. */
import {
  ApplicationFailure,
  continueAsNew,
  executeChild,
  getRandomStream,
  proxyActivities,
  workflowInfo,
} from '@temporalio/workflow';
import type { JobInfo } from 'temporal-job-tracing/activities';
import { jobInfo } from 'temporal-job-tracing/workflow';
import { type ChildKind, type ShardStart, withChildKind } from '../../../core/child-kind';
import { asInfrastructure } from '../../../core/infrastructure';
import { local } from '../../../workflows/job-activities';
import type * as activities from '../activities';

const { callDownstream, tellJobInfo } = proxyActivities<typeof activities>({
  startToCloseTimeout: '30s',
  retry: { maximumAttempts: 3, initialInterval: '50ms' },
});

export interface Told {
  readonly workflow: JobInfo;
  readonly activity: JobInfo | undefined;
  readonly baggage: string | undefined;
}

/** What the run and an activity of it know of their job, and the baggage that downstream got. */
export async function tellsContext(): Promise<Told> {
  const { baggage } = JSON.parse(await callDownstream()) as { baggage?: string };
  return { workflow: jobInfo(), activity: await tellJobInfo(), baggage };
}

/** The same of an ordinary child. */
export async function tellsContextOfChild(): Promise<Told> {
  return executeChild(tellsContext, { workflowId: `${workflowInfo().workflowId}-child` });
}

/** The same after a continuation. */
export async function tellsContextContinued(times = 1): Promise<Told> {
  if (times > 0) return continueAsNew<typeof tellsContextContinued>(times - 1);
  return tellsContext();
}

/** As a workflow of this package that keeps jobs going: it starts a run of the user's workflow. */
export const infrastructure = asInfrastructure(async (type: string, kind: ChildKind): Promise<unknown> => {
  await local.jobTracingFindRunning([]);
  return executeChild(type, withChildKind({ workflowId: `${workflowInfo().workflowId}-run` }, kind));
});

/** A shard's work: fails until its run has this attempt, after as many continuations. */
export async function shardWork(attempt: number, continuations: number): Promise<Told> {
  await callDownstream();
  if (workflowInfo().attempt < attempt)
    throw ApplicationFailure.create({ message: 'no', type: 'ShardFailure' });
  if (continuations > 0) return continueAsNew<typeof shardWork>(attempt, continuations - 1);
  return tellsContext();
}

export interface ShardOptions {
  readonly sampled?: boolean;
  readonly failures?: number;
  readonly attempts?: number;
  readonly continuations?: number;
}

/** Starts one shard; returns its trace id and what it told, or how it failed. */
export async function withShard({
  sampled = true,
  failures = 0,
  attempts = 1,
  continuations = 0,
}: ShardOptions): Promise<{ readonly traceId: string; readonly told?: Told }> {
  const traceId = getRandomStream('test').uuid4().replaceAll('-', '');
  const shard: ShardStart = {
    kind: 'shard',
    traceId,
    sampled,
    shard: { index: 3, count: 7, label: 'accounts 3000 to 3999' },
  };
  const options = {
    workflowId: `${workflowInfo().workflowId}-shard`,
    args: [failures + 1, continuations] as [number, number],
    retry: { maximumAttempts: attempts, initialInterval: '50ms' },
  };
  try {
    return { traceId, told: await executeChild(shardWork, withChildKind(options, shard)) };
  } catch {
    return { traceId };
  }
}
