/**
 * Visibility queries of the console. They always name `ExecutionStatus` positively, because SQL stores also
 * return running executions for a query by close time.
 */

const CLOSED =
  "ExecutionStatus IN ('Completed', 'Failed', 'Canceled', 'Terminated', 'ContinuedAsNew', 'TimedOut')";

/** Triggers to exclude; empty if the attribute is not registered. */
export interface Without {
  readonly triggers: readonly ('child' | 'shard')[];
}

/** Returns the query for running runs. */
export function openRunsQuery(without: Without): string {
  return `ExecutionStatus = 'Running'${exclude(without)}`;
}

/** Returns the query for runs that closed between the two times, in milliseconds since 1970. */
export function closedRunsQuery(fromMs: number, toMs: number | undefined, without: Without): string {
  const until = toMs === undefined ? '' : ` AND CloseTime <= '${new Date(toMs).toISOString()}'`;
  return `${CLOSED} AND CloseTime >= '${new Date(fromMs).toISOString()}'${until}${exclude(without)}`;
}

function exclude({ triggers }: Without): string {
  if (triggers.length === 0) return '';
  const names = triggers.map((trigger) => `'${trigger}'`).join(', ');
  return ` AND (JobTrigger IS NULL OR JobTrigger NOT IN (${names}))`;
}
