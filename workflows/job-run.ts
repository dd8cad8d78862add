/**
 * How the package's own workflows start a run of the user's workflow.
 *
 * Sandbox code; pure.
 */
import {
  ChildWorkflowCancellationType,
  type ChildWorkflowOptions,
  ParentClosePolicy,
} from '@temporalio/workflow';
import { withChildKind } from '../interceptors/shared/child-kind';
import { type JobFacts, someFacts } from '../interceptors/shared/job-facts';
import { JOB_NAME_MEMO } from '../interceptors/shared/search-attributes';
import { jobNameOf } from './job-messages';
import { durationMs, type ScheduledJobSpec } from './job-spec';

interface RunRequest {
  readonly jobId: string;
  readonly workflowId: string;
  readonly trigger: 'cron' | 'manual';
  readonly args?: readonly unknown[] | undefined;
  readonly facts: JobFacts;
}

/** Options of a run that is a job run of its own, and outlives who started it. */
export function runOptions(spec: ScheduledJobSpec, request: RunRequest): ChildWorkflowOptions {
  const { jobId, workflowId, trigger, args = spec.args ?? [] } = request;
  const { taskQueue, retry, timeout } = spec;
  const options = {
    workflowId,
    args: [...args],
    memo: { [JOB_NAME_MEMO]: jobNameOf(spec, jobId) },
    parentClosePolicy: ParentClosePolicy.ABANDON,
    cancellationType: ChildWorkflowCancellationType.ABANDON,
    ...(taskQueue !== undefined && { taskQueue }),
    ...(retry && { retry }),
    ...(timeout !== undefined && { workflowExecutionTimeout: timeout }),
  };
  const facts = someFacts({ ...standingFacts(spec), ...request.facts });
  return withChildKind(options, {
    kind: 'top',
    trigger,
    ...(trigger === 'manual' && { forced: true }),
    ...(facts && { facts }),
  });
}

function standingFacts({ dataTimeOffset, lane, loadtest }: ScheduledJobSpec): JobFacts {
  const dataOffsetMs = durationMs(dataTimeOffset);
  return {
    ...(dataOffsetMs !== undefined && { dataOffsetMs }),
    ...(lane !== undefined && { lane }),
    ...(loadtest !== undefined && { loadtest }),
  };
}
