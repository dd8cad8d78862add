/**
 * What the workflow ids of a run's branches and shards begin with. Pure; workers and clients must agree on it.
 */
import { idWithRoom } from './server-limits';

/** Characters of the longest ending: `branch-` or `shard-`, and a number. */
const ROOM = 'branch-0123456789'.length;
/** Digits of the run id that keep the shards of one run apart from those of another with the same workflow id. */
const SUFFIX_DIGITS = 12;

/**
 * The same after a reset of the run, and different for its next tick, attempt or continuation.
 *
 * @param originalRunId run id with or without dashes
 */
export function shardPrefix(workflowId: string, originalRunId: string): string {
  const suffix = suffixOf(originalRunId);
  return idWithRoom(workflowId, suffix.length + ROOM) + suffix;
}

/** Whether a workflow id is that of a shard of the run. */
export function isShardOf(workflowId: string, originalRunId: string): boolean {
  return workflowId.includes(`${suffixOf(originalRunId)}shard-`);
}

function suffixOf(runId: string): string {
  return `:${runId.replaceAll('-', '').slice(-SUFFIX_DIGITS)}:`;
}
