/**
 * Search attributes of a run, as the SDK takes them. Sandbox code; pure.
 */
import { defineSearchAttributeKey, type SearchAttributePair } from '@temporalio/common';
import type { WorkflowInfo } from '@temporalio/workflow';
import { keywordOf } from '../../core/job-name';
import type { JobTrigger, SearchAttributeName } from '../../core/search-attributes';
import { defined } from '../../core/util/defined';
import type { Run } from './run';

/** What a top-level run upserts on itself. */
export function attributesOfTop(run: Run, info: WorkflowInfo): SearchAttributePair[] {
  const { root, jobName: name, trigger, jobRunId, joined } = run;
  // The trace id of a run in its caller's trace is not its run id: this says that it is its own all the same.
  // A continuation of such a run starts with the attributes of the run before, which are not its own.
  const runId = joined || keywordOf(info, 'JobRunId') ? jobRunId : undefined;
  return attributesOf(root, { name, trigger, runId });
}

/** Also what a parent gives an ordinary child, or a shard in a trace of its own, at its start. */
export function attributesOf(
  { traceId, sampled }: { readonly traceId: string; readonly sampled: boolean },
  job: { readonly name: string; readonly trigger: JobTrigger; readonly runId: string | undefined },
): SearchAttributePair[] {
  return pairsOf(
    defined({
      TraceId: traceId,
      JobName: job.name,
      JobTrigger: job.trigger,
      JobRunId: job.runId,
      TraceSampled: sampled,
    }),
  );
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
        // As they are registered: flags, and texts.
        key: defineSearchAttributeKey(name, typeof value === 'boolean' ? 'BOOL' : 'KEYWORD'),
        value,
      }) as SearchAttributePair,
  );
}
