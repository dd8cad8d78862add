/**
 * Ends a span when a promise settles, without standing in its way.
 *
 * Sandbox code: the caller gets the very promise back; our handlers hang beside it and are not shown in the
 * stack traces of the Web UI.
 */
import { ContinueAsNew } from '@temporalio/workflow';
import { safely } from '../../core/util/untrusted';
import { untracked } from './sdk-internals';
import { type SandboxSpan, STATUS } from './span';

/** Ends `span` with the outcome of `promise`; returns `promise`. */
export function observe<T>(promise: Promise<T>, span: SandboxSpan | undefined): Promise<T> {
  if (!span) return promise;
  // Whatever another interceptor has returned: if it cannot be observed, the span stays open until the run ends.
  void safely(() =>
    untracked(
      promise.then(
        () => span.setStatus({ code: STATUS.ok }).end(),
        (error: unknown) => {
          // The SDK's way to end a run, and no failure.
          if (!isContinueAsNew(error)) span.fail(error);
          span.end();
        },
      ),
    ),
  );
  return promise;
}

/** False for what cannot be asked, such as a proxy that throws. */
function isContinueAsNew(error: unknown): boolean {
  return safely(() => error instanceof ContinueAsNew) ?? false;
}
