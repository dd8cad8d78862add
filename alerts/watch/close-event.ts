/**
 * Determines from the last event of a closed run whether it failed for good. Pure.
 *
 * Visibility does not show this: it lists an attempt that is retried, and the tick of a cron, as failed like
 * any other run.
 */
import type { temporal } from '@temporalio/proto';
import { type ErrorSummary, summarizeError } from '../../core/item-failure';
import { RETRY_IN_PROGRESS } from '../../core/temporal-api';
import type { AlertError } from '../incident/message';

type Event = temporal.api.history.v1.IHistoryEvent;
type FailedAttributes = temporal.api.history.v1.IWorkflowExecutionFailedEventAttributes;

/** Outcome of a run that visibility lists as failed, timed out or terminated. */
export type Verdict =
  | { readonly kind: 'failed'; readonly error: AlertError }
  /** The run failed, and another attempt follows: the run with the id `nextRunId`. */
  | { readonly kind: 'retried'; readonly error: AlertError; readonly nextRunId: string }
  /** The run was terminated by a person, a reset or a policy, or its history is gone. */
  | { readonly kind: 'ended' };

/** Identity under which the server terminates a run, such as one whose history is too long. */
const SERVER_IDENTITY = 'history-service';
/** Reasons that the server gives when it terminates a run because somebody started another, or deleted it. */
const REQUESTED: readonly string[] = [
  'TerminateIfRunning WorkflowIdReusePolicy',
  'Delete workflow execution',
];

/**
 * Returns the outcome of a closed run.
 *
 * @param event last event of the run's history; `undefined` if it is gone
 * @param decode decodes a failure with the user's data converter
 */
export async function verdictOf(
  event: Event | undefined,
  decode: (failure: temporal.api.failure.v1.IFailure) => Promise<Error | undefined>,
): Promise<Verdict> {
  const failed = event?.workflowExecutionFailedEventAttributes;
  if (failed) {
    const error = failed.failure && (await decode(failed.failure));
    return retriedOrFailed(failed, errorOf(summarizeError(error)));
  }
  const timedOut = event?.workflowExecutionTimedOutEventAttributes;
  if (timedOut)
    return retriedOrFailed(timedOut, { type: 'TimeoutError', message: 'the run exceeded its timeout' });
  const { identity, reason } = event?.workflowExecutionTerminatedEventAttributes ?? {};
  if (identity !== SERVER_IDENTITY || REQUESTED.includes(reason ?? '')) return { kind: 'ended' };
  return { kind: 'failed', error: { type: 'Terminated', message: reason || 'terminated by the server' } };
}

/** Whether another attempt follows is in the event: a cron's next tick has a `newExecutionRunId` too. */
function retriedOrFailed(
  { retryState, newExecutionRunId }: Pick<FailedAttributes, 'retryState' | 'newExecutionRunId'>,
  error: AlertError,
): Verdict {
  if (retryState !== RETRY_IN_PROGRESS) return { kind: 'failed', error };
  return { kind: 'retried', error, nextRunId: newExecutionRunId ?? '' };
}

function errorOf({ type, message, item }: ErrorSummary): AlertError {
  return { type, message: item === undefined ? message : `${item}: ${message}` };
}
