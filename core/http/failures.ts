/**
 * Failures of HTTP calls as Temporal failures: the type is the kind of failure, `nonRetryable` is set if the
 * same request would fail again. Messages are shown to people and kept in the history, so they are redacted
 * first.
 */
import { ApplicationFailure } from '@temporalio/common';
import { defined } from '../util/defined';

/** Failure types of the activity `httpRequest`. */
export type HttpFailureType =
  /** The input is wrong. */
  | 'InvalidHttpRequest'
  /** The host, or one that it redirects to, is not in `allowHosts`. */
  | 'HttpHostNotAllowed'
  /** A redirect that is not followed. */
  | 'HttpRedirect'
  /** The provider does not have the secret, or its value cannot be sent. */
  | 'HttpSecret'
  /** The provider of secrets failed; retryable. */
  | 'HttpSecretUnavailable'
  /** The service did not answer in time; retryable. */
  | 'HttpTimeout'
  /** There was no answer; retryable. */
  | 'HttpUnreachable'
  /** The answer is not a success by the rules of the request. */
  | 'HttpUnsuccessful'
  /** The service has reported a failure after answering 202; retryable. */
  | 'HttpReportedFailure';

/** Returns a failure that is not retried, since the same request would fail again. */
export function permanent(type: HttpFailureType, message: string): ApplicationFailure {
  return ApplicationFailure.create({ type, message, nonRetryable: true });
}

/** Returns a failure that is retried, after the delay that the service has requested if it did. */
export function temporary(type: HttpFailureType, message: string, retryAfterMs?: number): ApplicationFailure {
  return ApplicationFailure.create(defined({ type, message, nextRetryDelay: retryAfterMs }));
}
