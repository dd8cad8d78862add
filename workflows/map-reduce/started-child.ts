/**
 * A child from its start to its end, told by calls rather than by promises, of which the SDK takes a stack trace each.
 *
 * Sandbox code. The SDK loses the request to cancel a child that is being started, so that it would run to its own
 * end: it is cancelled here when it has started.
 */
import {
  CancellationScope,
  type ChildWorkflowHandle,
  getExternalWorkflowHandle,
  type Workflow,
} from '@temporalio/workflow';
import type { Ended } from './window';

/** What a child's way is told to. Whatever one of these throws is why everything has to stop. */
export interface ChildEvents {
  readonly onStart: (firstRunId: string) => void;
  readonly onResult: (result: unknown) => void;
  /** The child could not be started, or has failed, or was stopped. */
  readonly onError: (error: unknown) => void;
}

/**
 * Follows a child that is being started in the present scope.
 *
 * @param ended told after the others
 * @returns cancels the child
 */
export function followChild(
  started: Promise<ChildWorkflowHandle<Workflow>>,
  events: ChildEvents,
  ended: Ended,
): () => void {
  const scope = CancellationScope.current();
  let isCancelled = false;
  let workflowId: string | undefined;

  function cancel(): void {
    isCancelled = true;
    if (workflowId === undefined) return;
    const child = getExternalWorkflowHandle(workflowId);
    void CancellationScope.nonCancellable(() => child.cancel()).catch(() => {});
  }

  function end(tell: () => void): void {
    try {
      tell();
      ended();
    } catch (error) {
      ended({ error });
    }
  }

  const onError = (error: unknown) => end(() => events.onError(error));
  void started.then((handle) => {
    workflowId = handle.workflowId;
    events.onStart(handle.firstExecutionRunId);
    if (isCancelled || scope.consideredCancelled) cancel();
    void handle.result().then((result) => end(() => events.onResult(result)), onError);
  }, onError);
  return cancel;
}
