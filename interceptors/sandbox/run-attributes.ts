/**
 * Search attributes of a run, as the SDK takes them. Sandbox code; pure.
 */
import { defineSearchAttributeKey, type SearchAttributePair } from '@temporalio/common';
import type { WorkflowInfo } from '@temporalio/workflow';
import { keywordOf } from '../shared/job-name';
import { SEARCH_ATTRIBUTES, type SearchAttributeName } from '../shared/search-attributes';
import type { Run } from './run';

/** What a top-level run upserts on itself. */
export function attributesOfRun(run: Run, info: WorkflowInfo): SearchAttributePair[] {
  // The trace id of a run in its caller's trace is not its run id: this says that it is its own all the same.
  // A continuation of such a run starts with the attributes of the run before, which are not its own.
  const hasJobRunId = run.joined || keywordOf(info, 'JobRunId') !== undefined;
  return pairsOf({
    TraceId: run.root.traceId,
    JobName: run.jobName,
    JobTrigger: run.trigger,
    TraceSampled: run.root.sampled,
    ...(hasJobRunId && { JobRunId: run.jobRunId }),
  });
}

/** What a parent gives an ordinary child, or a shard in a trace of its own, at its start. */
export function attributesOfChild(
  run: Run,
  trigger: 'child' | 'shard',
  { traceId, sampled }: { readonly traceId: string; readonly sampled: boolean },
  jobName = run.jobName,
): SearchAttributePair[] {
  return pairsOf({
    TraceId: traceId,
    JobName: jobName,
    JobTrigger: trigger,
    JobRunId: run.jobRunId,
    TraceSampled: sampled,
  });
}

/** What a kept run upserts at its end. */
export function attributesOfKept(): SearchAttributePair[] {
  return pairsOf({ TraceSampled: true });
}

function pairsOf(
  values: { readonly [Name in SearchAttributeName]?: string | boolean },
): SearchAttributePair[] {
  return Object.entries(values).map(
    ([name, value]) =>
      ({
        key: defineSearchAttributeKey(name, SEARCH_ATTRIBUTES[name as SearchAttributeName]),
        value,
      }) as SearchAttributePair,
  );
}
