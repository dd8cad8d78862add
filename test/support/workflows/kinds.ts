/** Workflows that return their job info, and workflows that start children of each kind. */
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

const { callDownstream, getJobInfo } = proxyActivities<typeof activities>({
  startToCloseTimeout: '30s',
  retry: { maximumAttempts: 3, initialInterval: '50ms' },
});

export interface ReportedJobInfo {
  readonly workflow: JobInfo;
  readonly activity: JobInfo | undefined;
  readonly baggage: string | undefined;
}

/** Returns `jobInfo()` of the run and of an activity, and the `baggage` header that the downstream service received. */
export async function returnsJobInfo(): Promise<ReportedJobInfo> {
  const { baggage } = JSON.parse(await callDownstream()) as { baggage?: string };
  return { workflow: jobInfo(), activity: await getJobInfo(), baggage };
}

/** Returns the job info of an ordinary child. */
export async function returnsJobInfoOfChild(): Promise<ReportedJobInfo> {
  return executeChild(returnsJobInfo, { workflowId: `${workflowInfo().workflowId}-child` });
}

/** Returns the job info of its last continuation. */
export async function returnsJobInfoContinued(times = 1): Promise<ReportedJobInfo> {
  if (times > 0) return continueAsNew<typeof returnsJobInfoContinued>(times - 1);
  return returnsJobInfo();
}

/** Like a controller of this package: starts a run of the user's workflow. */
export const infrastructure = asInfrastructure(async (type: string, kind: ChildKind): Promise<unknown> => {
  await local.jobTracingFindRunning([]);
  return executeChild(type, withChildKind({ workflowId: `${workflowInfo().workflowId}-run` }, kind));
});

/** A shard: fails on every attempt before this one, continues as new this many times, and returns its job info. */
export async function shardWork(attempt: number, continuations: number): Promise<ReportedJobInfo> {
  await callDownstream();
  if (workflowInfo().attempt < attempt)
    throw ApplicationFailure.create({ message: 'no', type: 'ShardFailure' });
  if (continuations > 0) return continueAsNew<typeof shardWork>(attempt, continuations - 1);
  return returnsJobInfo();
}

export interface ShardOptions {
  readonly sampled?: boolean;
  readonly failures?: number;
  readonly attempts?: number;
  readonly continuations?: number;
}

/** Starts one shard; returns its trace id, and its job info if it succeeded. */
export async function withShard({
  sampled = true,
  failures = 0,
  attempts = 1,
  continuations = 0,
}: ShardOptions): Promise<{ readonly traceId: string; readonly info?: ReportedJobInfo }> {
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
    return { traceId, info: await executeChild(shardWork, withChildKind(options, shard)) };
  } catch {
    return { traceId };
  }
}
