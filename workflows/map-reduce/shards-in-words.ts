/**
 * The shards of a run, or of a branch, as Markdown for its details in the Web UI.
 *
 * Sandbox code; pure.
 */
import { plain, type TraceLink } from '../../core/run-details';
import { type ShardFailure, sumOf, type Tally } from './tally';

/** Most failed shards that are listed. */
const MAX_LISTED = 10;

/**
 * Returns the counts of the shards, the queries that find them, and the first failed ones.
 *
 * @param run the run of the shards: its job run id, and whether its search attributes are set, so that a query can
 *   find the shards; `undefined` for no queries
 */
export function shardsInWords(
  tallies: readonly Tally[],
  linkTo: TraceLink,
  run: { readonly jobRunId: string; readonly bound: boolean } | undefined,
): string {
  const { count, succeeded, failed, cancelled } = sumOf(tallies);
  const open = count - succeeded - failed - cancelled;
  const failures = tallies.flatMap((tally) => tally.failures);
  const more = failed - Math.min(failures.length, MAX_LISTED);
  return [
    `**${count} shards**: ${succeeded} succeeded, ${failed} failed, ${cancelled} cancelled, ${open} open or not started ` +
      '(a branch reports its shards when it ends)',
    ...(run?.bound ? [queries(run.jobRunId)] : []),
    ...(failures.length > 0
      ? [
          failures
            .slice(0, MAX_LISTED)
            .map((failure) => lineOf(failure, linkTo))
            .join('\n'),
        ]
      : []),
    ...(more > 0 ? [`and ${more} more failed shards`] : []),
  ].join('\n\n');
}

function queries(runId: string): string {
  const all = `JobRunId="${runId}"`;
  return `All of them: \`${all}\`, the failed ones: \`${all} AND JobTrigger="shard" AND ExecutionStatus="Failed"\``;
}

function lineOf(
  { label, type, message, item, traceId, workflowId }: ShardFailure,
  linkTo: TraceLink,
): string {
  const where = item === undefined ? '' : `${plain(item)}: `;
  const trace = traceId === undefined ? '' : ` · ${linkTo(traceId)}`;
  return `- **${plain(label)}**: ${where}${plain(type)}: ${plain(message)} · \`${workflowId}\`${trace}`;
}
