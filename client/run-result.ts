/**
 * How runs end, in the same words for runs and shards.
 */
import type { WorkflowExecutionStatusName } from '@temporalio/client';

/** How a run ended, in the words of OpenTelemetry's `cicd.pipeline.result`, and `termination`. */
export type RunResult = 'success' | 'failure' | 'cancellation' | 'timeout' | 'termination';

/** How runs ended, or that they have not ended yet. */
export type ResultFilter = RunResult | 'running';

const RESULTS: Readonly<Partial<Record<WorkflowExecutionStatusName, RunResult>>> = Object.freeze({
  COMPLETED: 'success',
  FAILED: 'failure',
  CANCELLED: 'cancellation',
  TIMED_OUT: 'timeout',
  TERMINATED: 'termination',
});

/** `ExecutionStatus` in visibility queries. */
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

/** `undefined` for a run that goes on, and for one that continued as new. */
export function resultOf(status: WorkflowExecutionStatusName): RunResult | undefined {
  return RESULTS[status];
}

/** The status as a visibility query names it, as in `'Completed'`, with its quotes. */
export function queriedStatus(result: ResultFilter): string {
  return `'${QUERIED[result]}'`;
}

/** Whether a run in this state is one of those wanted; `undefined`: all are. */
export function isWanted(
  status: WorkflowExecutionStatusName,
  wanted: ResultFilter | readonly ResultFilter[] | undefined,
): boolean {
  if (wanted === undefined) return true;
  const result = status === 'RUNNING' ? 'running' : resultOf(status);
  const list: readonly ResultFilter[] = typeof wanted === 'string' ? [wanted] : wanted;
  return result !== undefined && list.includes(result);
}
