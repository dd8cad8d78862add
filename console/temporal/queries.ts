/**
 * Visibility queries of the console. `ExecutionStatus` is always named positively: on SQL stores a condition on the
 * close time alone finds running executions, too.
 */

const CLOSED =
  "ExecutionStatus IN ('Completed', 'Failed', 'Canceled', 'Terminated', 'ContinuedAsNew', 'TimedOut')";

/** Left out of what a query finds; where the attribute is not registered, nothing is. */
export interface Without {
  readonly triggers: readonly ('child' | 'shard')[];
}

export function openRunsQuery(without: Without): string {
  return `ExecutionStatus = 'Running'${exclude(without)}`;
}

/** Runs that closed between the two times. */
export function closedRunsQuery(fromMs: number, toMs: number | undefined, without: Without): string {
  const until = toMs === undefined ? '' : ` AND CloseTime <= '${new Date(toMs).toISOString()}'`;
  return `${CLOSED} AND CloseTime >= '${new Date(fromMs).toISOString()}'${until}${exclude(without)}`;
}

function exclude({ triggers }: Without): string {
  if (triggers.length === 0) return '';
  const names = triggers.map((trigger) => `'${trigger}'`).join(', ');
  return ` AND (JobTrigger IS NULL OR JobTrigger NOT IN (${names}))`;
}
