/**
 * Search attributes of a run, as the SDK takes them. Sandbox code; pure.
 */
import { defineSearchAttributeKey, type SearchAttributePair } from '@temporalio/common';
import type { WorkflowInfo } from '@temporalio/workflow';
import { keywordOf } from '../shared/job-name';
import type { Run } from './run';

const TRACE_ID = defineSearchAttributeKey('TraceId', 'KEYWORD');
const JOB_NAME = defineSearchAttributeKey('JobName', 'KEYWORD');
const JOB_TRIGGER = defineSearchAttributeKey('JobTrigger', 'KEYWORD');
const JOB_RUN_ID = defineSearchAttributeKey('JobRunId', 'KEYWORD');
const TRACE_SAMPLED = defineSearchAttributeKey('TraceSampled', 'BOOL');

/** What a top-level run upserts on itself. */
export function attributesOfRun(run: Run, info: WorkflowInfo): SearchAttributePair[] {
  const attributes: SearchAttributePair[] = [
    { key: TRACE_ID, value: run.root.traceId },
    { key: JOB_NAME, value: run.jobName },
    { key: JOB_TRIGGER, value: run.trigger },
    { key: TRACE_SAMPLED, value: run.root.sampled },
  ];
  // The trace id of a run in its caller's trace is not its run id: this says that it is its own all the same.
  // A continuation of such a run starts with the attributes of the run before, which are not its own.
  const hasJobRunId = run.joined || keywordOf(info, JOB_RUN_ID.name) !== undefined;
  return hasJobRunId ? [...attributes, { key: JOB_RUN_ID, value: run.jobRunId }] : attributes;
}

/** What a parent gives an ordinary child, or a shard in a trace of its own, at its start. */
export function attributesOfChild(
  run: Run,
  trigger: 'child' | 'shard',
  { traceId, sampled }: { readonly traceId: string; readonly sampled: boolean },
  jobName = run.jobName,
): SearchAttributePair[] {
  return [
    { key: TRACE_ID, value: traceId },
    { key: JOB_NAME, value: jobName },
    { key: JOB_TRIGGER, value: trigger },
    { key: JOB_RUN_ID, value: run.jobRunId },
    { key: TRACE_SAMPLED, value: sampled },
  ];
}

/** What a kept run upserts at its end. */
export function attributesOfKept(): SearchAttributePair[] {
  return [{ key: TRACE_SAMPLED, value: true }];
}
