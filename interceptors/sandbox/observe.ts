/**
 * Ends a span when a promise settles, without affecting the promise.
 *
 * Sandbox code: the caller gets the same promise back; our handlers are attached to it separately and do not
 * appear in the stack traces of the Web UI.
 */
import { ContinueAsNew } from '@temporalio/workflow';
import { safely } from '../../core/util/untrusted';
import { STATUS } from './api-values';
import { untracked } from './sdk-internals';
import type { RecordingSpan } from './span';

/** Ends `span` with the outcome of `promise`; returns `promise`. */
export function observe<T>(promise: Promise<T>, span: RecordingSpan | undefined): Promise<T> {
  if (!span) return promise;
  // Another interceptor may have returned any value: if it cannot be observed, the span stays open until the
  // run ends.
  void safely(() =>
    untracked(
      promise.then(
        () => span.setStatus({ code: STATUS.ok }).end(),
        (error: unknown) => {
          // The SDK ends a run this way; it is not a failure.
          if (!isContinueAsNew(error)) span.fail(error);
          span.end();
        },
      ),
    ),
  );
  return promise;
}

/** Whether the error is a `ContinueAsNew`; false if that throws, as for some proxies. */
function isContinueAsNew(error: unknown): boolean {
  return safely(() => error instanceof ContinueAsNew) ?? false;
}
