/**
 * Search attributes of a run, as pairs for the SDK. Sandbox code; pure.
 */
import { defineSearchAttributeKey, type SearchAttributePair } from '@temporalio/common';
import type { JobTrigger, SearchAttributeName } from '../../core/search-attributes';
import { defined } from '../../core/util/defined';
import type { Run } from './run';

/**
 * Returns the attributes that a top-level run upserts on itself, with its run id so that one query finds it
 * and its shards.
 */
export function attributesOfTop(run: Run): SearchAttributePair[] {
  const { root, jobName: name, trigger, jobRunId: runId } = run;
  return attributesOf(root, { name, trigger, runId });
}

/** Returns the attributes of a run; a parent also sets them on an ordinary child or a shard at its start. */
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

/** Returns the attributes that a tail-sampled run upserts at its end. */
export function attributesOfTailSampled(): SearchAttributePair[] {
  return pairsOf({ TraceSampled: true });
}

function pairsOf(
  values: { readonly [Name in SearchAttributeName]?: string | boolean },
): SearchAttributePair[] {
  return Object.entries(values).map(
    ([name, value]) =>
      ({
        // The registered types: Bool for booleans, Keyword for strings.
        key: defineSearchAttributeKey(name, typeof value === 'boolean' ? 'BOOL' : 'KEYWORD'),
        value,
      }) as SearchAttributePair,
  );
}
