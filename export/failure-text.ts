/**
 * Message and stack trace of a failure, decoded if a failure converter has encoded them (`encodeCommonAttributes`). So
 * spans of workflows show the same as those of activities, which are made from the error itself.
 *
 * Host code; never throws.
 */
import type { PayloadConverter } from '@temporalio/common';
import type { Failure } from '../core/run-end';
import { isRecord, safely, textOf } from '../core/util/untrusted';

export interface FailureText {
  readonly message?: string | undefined;
  readonly stackTrace?: string | undefined;
}

/**
 * Returns message and stack trace; as they are in the failure, such as "Encoded failure", if the converter cannot
 * decode them.
 */
export function textOfFailure(failure: Failure, converter: PayloadConverter): FailureText {
  const { encodedAttributes } = failure;
  const decoded = encodedAttributes && safely(() => converter.fromPayload<unknown>(encodedAttributes));
  const plain = { message: failure.message ?? undefined, stackTrace: textOf(failure.stackTrace) };
  // The shape that the SDK's `DefaultFailureConverter` writes.
  if (!isRecord(decoded) || typeof decoded.message !== 'string') return plain;
  return { message: decoded.message, stackTrace: textOf(decoded.stack_trace) };
}
