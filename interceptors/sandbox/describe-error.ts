/**
 * Thrown values as strings and as Temporal's failures. Sandbox code; pure, never throws: the getters of a
 * thrown object may throw.
 */
import { ApplicationFailure, isCancellation } from '@temporalio/workflow';
import { cut, toText } from '../../core/attribute-limits';
import { BENIGN, type Failure } from '../../core/run-end';
import { defined } from '../../core/util/defined';
import { isRecord, safely } from '../../core/util/untrusted';

/** A thrown value in strings. */
export interface ErrorTexts {
  readonly type: string;
  readonly message: string;
  readonly stack?: string;
}

/** Returns any thrown value as strings. Never throws. */
export function describeError(error: unknown): ErrorTexts {
  if (!isRecord(error)) return { type: typeof error, message: toText(error) };
  const texts = safely(() => {
    const { type, name, code, message, stack } = error;
    return defined({
      // An ApplicationFailure has the application's own name of the error in `type`.
      type: toText(type || name || code || 'Error'),
      message: toText(message ?? ''),
      stack: typeof stack === 'string' ? cut(stack) : undefined,
    });
  });
  return texts ?? { type: 'Error', message: '' };
}

/** Returns a thrown value as a failure, as the server would report it. Never throws. */
export function toFailure(error: unknown): Failure {
  const { type, message, stack } = describeError(error);
  const kind = safely(() => isCancellation(error))
    ? { canceledFailureInfo: {} }
    : { applicationFailureInfo: { type, category: safely(() => categoryOf(error)) ?? 0 } };
  return { message, ...kind, ...defined({ stackTrace: stack }) };
}

/** Returns the error's application category, so that a benign failure stays benign. */
function categoryOf(error: unknown): number {
  return error instanceof ApplicationFailure && error.category === 'BENIGN' ? BENIGN : 0;
}
