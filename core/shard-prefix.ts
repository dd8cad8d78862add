/**
 * The prefix of the workflow ids of a run's branches and shards. Pure; workers and clients must agree on it.
 */
import { idWithRoom } from './server-limits';

/** Characters of the longest suffix: `branch-` or `shard-`, and a number. */
const ROOM = 'branch-0123456789'.length;
/** Digits of the run id that distinguish a run's shards from those of another run with the same workflow id. */
const SUFFIX_DIGITS = 12;

/**
 * Returns the prefix, which is the same after a reset of the run, and different for its next tick, attempt or
 * continuation.
 *
 * @param originalRunId run id with or without dashes
 */
export function shardPrefix(workflowId: string, originalRunId: string): string {
  const suffix = suffixOf(originalRunId);
  return idWithRoom(workflowId, suffix.length + ROOM) + suffix;
}

/** Whether the workflow id is that of one of the run's shards. */
export function isShardOf(workflowId: string, originalRunId: string): boolean {
  return workflowId.includes(`${suffixOf(originalRunId)}shard-`);
}

function suffixOf(runId: string): string {
  return `:${runId.replaceAll('-', '').slice(-SUFFIX_DIGITS)}:`;
}
