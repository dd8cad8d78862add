/**
 * What the last event of a closed run says: whether it failed for good. Pure.
 *
 * Visibility cannot tell: an attempt that is retried and a cron's tick are listed as failed like any other.
 */
import type { temporal } from '@temporalio/proto';
import { type ErrorFacts, errorFacts } from '../../core/item-failure';
import type { AlertError } from '../incident/message';

type Event = temporal.api.history.v1.IHistoryEvent;

/** What became of a run that visibility lists as failed, timed out or terminated. */
export type Verdict =
  | { readonly kind: 'failed'; readonly error: AlertError }
  /** Another attempt follows. */
  | { readonly kind: 'retried'; readonly error: AlertError }
  /** A person, a reset, a policy ended it; or its history is gone. */
  | { readonly kind: 'ended' };

/** `RetryState` of Temporal's API. */
const IN_PROGRESS = 1;
/** Who terminates a run that has become too long or too large. */
const SERVER_IDENTITY = 'history-service';

/** @param decode what the SDK makes of a failure, with the user's codec */
export async function verdictOf(
  event: Event | undefined,
  decode: (failure: temporal.api.failure.v1.IFailure) => Promise<Error | undefined>,
): Promise<Verdict> {
  const failed = event?.workflowExecutionFailedEventAttributes;
  if (failed) {
    const error = failed.failure && (await decode(failed.failure));
    return {
      kind: failed.retryState === IN_PROGRESS ? 'retried' : 'failed',
      error: errorOf(errorFacts(error)),
    };
  }
  const timedOut = event?.workflowExecutionTimedOutEventAttributes;
  if (timedOut) {
    const error = { type: 'TimeoutError', message: 'the run took longer than it may' };
    return { kind: timedOut.retryState === IN_PROGRESS ? 'retried' : 'failed', error };
  }
  const terminated = event?.workflowExecutionTerminatedEventAttributes;
  if (terminated?.identity === SERVER_IDENTITY) {
    const message = terminated.reason || 'terminated by the server';
    return { kind: 'failed', error: { type: 'Terminated', message } };
  }
  return { kind: 'ended' };
}

function errorOf({ type, message, item }: ErrorFacts): AlertError {
  return { type, message: item === undefined ? message : `${item}: ${message}` };
}
