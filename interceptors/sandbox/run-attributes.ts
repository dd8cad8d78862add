/**
 * Search attributes of a run, as the SDK takes them. Sandbox code; pure.
 */
import { defineSearchAttributeKey, type SearchAttributePair } from '@temporalio/common';
import type { JobTrigger, SearchAttributeName } from '../../core/search-attributes';
import { defined } from '../../core/util/defined';
import type { Run } from './run';

/** What a top-level run upserts on itself: with its own run id, so that one query finds it and its shards. */
export function attributesOfTop(run: Run): SearchAttributePair[] {
  const { root, jobName: name, trigger, jobRunId: runId } = run;
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
