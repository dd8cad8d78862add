/**
 * How a run ended, by its status in Temporal. Pure.
 */
import type { WorkflowExecutionStatusName } from '@temporalio/client';

/** How a run ended: values of OpenTelemetry's `cicd.pipeline.result`, and `termination`. */
export type RunResult = 'success' | 'failure' | 'cancellation' | 'timeout' | 'termination';

const RESULTS: Readonly<Partial<Record<WorkflowExecutionStatusName, RunResult>>> = Object.freeze({
  COMPLETED: 'success',
  FAILED: 'failure',
  CANCELLED: 'cancellation',
  TIMED_OUT: 'timeout',
  TERMINATED: 'termination',
});

/** Returns the result of a run with this status; `undefined` for one that is running or continued as new. */
export function resultOfStatus(status: WorkflowExecutionStatusName): RunResult | undefined {
  return RESULTS[status];
}
