/**
 * How a call can fail, as Temporal failures: the type says what it was, `nonRetryable` whether the same request may
 * go better the next time. Messages are shown to people and kept in the history, so they are redacted before.
 */
import { ApplicationFailure } from '@temporalio/common';

/** Types of failures of `httpRequest`. */
export type HttpFailureType =
  /** The input is wrong. */
  | 'InvalidHttpRequest'
  /** The host, or one that it redirects to, is not in `allowHosts`. */
  | 'HttpHostNotAllowed'
  /** A redirect that is not followed. */
  | 'HttpRedirect'
  /** The provider does not know the secret, or its value cannot be sent. */
  | 'HttpSecret'
  /** The provider of secrets failed; tried again. */
  | 'HttpSecretUnavailable'
  /** The service did not answer in time; tried again. */
  | 'HttpTimeout'
  /** There was no answer; tried again. */
  | 'HttpUnreachable'
  /** The answer is not a success by the rules of the request. */
  | 'HttpUnsuccessful';

/** A failure that the same request would have again. */
export function permanent(type: HttpFailureType, message: string): ApplicationFailure {
  return ApplicationFailure.create({ type, message, nonRetryable: true });
}

/** A failure after which the request is tried again, at a time that the service asked for if it did. */
export function temporary(type: HttpFailureType, message: string, retryAfterMs?: number): ApplicationFailure {
  return ApplicationFailure.create({
    type,
    message,
    ...(retryAfterMs !== undefined && { nextRetryDelay: retryAfterMs }),
  });
}
