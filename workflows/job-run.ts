/**
 * Options with which the package's own workflows start a run of the user's workflow.
 *
 * Sandbox code; pure.
 */
import {
  ChildWorkflowCancellationType,
  type ChildWorkflowOptions,
  ParentClosePolicy,
} from '@temporalio/workflow';
import { withChildKind } from '../core/child-kind';
import { type JobMetadata, nonEmpty } from '../core/job-metadata';
import { jobNameOf } from '../core/jobs/messages';
import type { JobLane, ScheduledJobSpec } from '../core/jobs/spec';
import { isInLane } from '../core/lane';
import { loadTestOf } from '../core/load-test';
import { JOB_NAME_MEMO } from '../core/search-attributes';
import { defined } from '../core/util/defined';
import { durationMs } from '../core/util/duration';

/** The run to start. */
interface RunRequest {
  readonly jobId: string;
  readonly workflowId: string;
  readonly trigger: 'cron' | 'manual';
  readonly args?: readonly unknown[] | undefined;
  readonly metadata: JobMetadata;
}

/**
 * Returns the child options of a run that is a job run of its own and outlives the workflow that starts it.
 */
export function runOptions(spec: ScheduledJobSpec, request: RunRequest): ChildWorkflowOptions {
  const { jobId, workflowId, trigger, args = spec.args ?? [] } = request;
  const { retry, timeout } = spec;
  const lane = laneOf(spec, request);
  const taskQueue = lane?.taskQueue ?? spec.taskQueue;
  const options = defined({
    workflowId,
    args: [...args],
    memo: { [JOB_NAME_MEMO]: jobNameOf(spec, jobId) },
    parentClosePolicy: ParentClosePolicy.ABANDON,
    cancellationType: ChildWorkflowCancellationType.ABANDON,
    taskQueue,
    retry: retry || undefined,
    workflowExecutionTimeout: timeout,
  });
  const facts = nonEmpty({ ...metadataOfSpec(spec, lane), ...request.metadata });
  const kind = defined({
    kind: 'top' as const,
    trigger,
    forced: trigger === 'manual' || undefined,
    facts,
  });
  return withChildKind(options, kind);
}

/**
 * Returns the lane of the run, if it is in one. The choice depends on the tick's nominal time, or on the
 * workflow id of a manual run, so that it is the same on replay.
 */
function laneOf({ lane }: ScheduledJobSpec, { workflowId, metadata }: RunRequest): JobLane | undefined {
  if (lane === undefined) return undefined;
  const route = typeof lane === 'string' ? { name: lane } : lane;
  return isInLane(`${workflowId} ${metadata.scheduledMs ?? ''}`, route) ? route : undefined;
}

/** Returns the metadata that applies to every run of the job. */
function metadataOfSpec(spec: ScheduledJobSpec, lane: JobLane | undefined): JobMetadata {
  return defined({
    dataOffsetMs: durationMs(spec.dataTimeOffset),
    lane: lane?.name,
    loadtest: loadTestOf(spec),
  });
}
