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

/** Outcome of a run that visibility lists as failed, timed out or terminated. */
export type Verdict =
  | { readonly kind: 'failed'; readonly error: AlertError }
  /** The run failed, and another attempt follows. */
  | { readonly kind: 'retried'; readonly error: AlertError }
  /** The run was terminated by a person, a reset or a policy, or its history is gone. */
  | { readonly kind: 'ended' };

/** Identity under which the server terminates a run whose history is too long or too large. */
const SERVER_IDENTITY = 'history-service';

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
    return {
      kind: failed.retryState === RETRY_IN_PROGRESS ? 'retried' : 'failed',
      error: errorOf(summarizeError(error)),
    };
  }
  const timedOut = event?.workflowExecutionTimedOutEventAttributes;
  if (timedOut) {
    const error = { type: 'TimeoutError', message: 'the run exceeded its timeout' };
    return { kind: timedOut.retryState === RETRY_IN_PROGRESS ? 'retried' : 'failed', error };
  }
  const terminated = event?.workflowExecutionTerminatedEventAttributes;
  if (terminated?.identity === SERVER_IDENTITY) {
    const message = terminated.reason || 'terminated by the server';
    return { kind: 'failed', error: { type: 'Terminated', message } };
  }
  return { kind: 'ended' };
}

function errorOf({ type, message, item }: ErrorSummary): AlertError {
  return { type, message: item === undefined ? message : `${item}: ${message}` };
}
