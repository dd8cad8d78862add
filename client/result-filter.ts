/**
 * The filter of runs and shards by their results.
 */
import type { WorkflowExecutionStatusName } from '@temporalio/client';
import { type RunResult, resultOfStatus } from '../core/run-result';

/** A {@link RunResult}, or `'running'` for runs that are still open. */
export type ResultFilter = RunResult | 'running';

/** Values of `ExecutionStatus` in visibility queries, by result. */
const QUERIED: Readonly<Record<ResultFilter, string>> = Object.freeze({
  running: 'Running',
  success: 'Completed',
  failure: 'Failed',
  cancellation: 'Canceled',
  timeout: 'TimedOut',
  termination: 'Terminated',
});

/** All values of {@link ResultFilter}. */
export const RESULT_FILTERS = Object.freeze(Object.keys(QUERIED)) as readonly ResultFilter[];

/** Returns the status for a visibility query, with its quotes, such as `'Completed'`. */
export function queriedStatus(result: ResultFilter): string {
  return `'${QUERIED[result]}'`;
}

/** Whether a run with this status matches the filter; without a filter, every run does. */
export function matchesResult(
  status: WorkflowExecutionStatusName,
  filter: ResultFilter | readonly ResultFilter[] | undefined,
): boolean {
  if (filter === undefined) return true;
  const result = status === 'RUNNING' ? 'running' : resultOfStatus(status);
  const list: readonly ResultFilter[] = typeof filter === 'string' ? [filter] : filter;
  return result !== undefined && list.includes(result);
}
