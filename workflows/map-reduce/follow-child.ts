/**
 * Follows a child workflow from its start to its end, by callbacks instead of further promises: the SDK takes a stack
 * trace of each promise.
 *
 * Sandbox code.
 */
import {
  CancellationScope,
  type ChildWorkflowHandle,
  getExternalWorkflowHandle,
  type Workflow,
} from '@temporalio/workflow';
import type { OnChildEnd } from './window';

/**
 * Callbacks for what happens to a child: `onStart`, then one of the others. If `onResult` or `onError` throws, the
 * error stops the window.
 */
export interface ChildEvents {
  readonly onStart: (firstRunId: string) => void;
  readonly onResult: (result: unknown) => void;
  /** The child could not be started, has failed, or was stopped. */
  readonly onError: (error: unknown) => void;
}

/**
 * Follows a child that is being started in the current scope.
 *
 * @param onEnd called after `onResult` or `onError`
 * @returns a function that cancels the child
 */
export function followChild(
  started: Promise<ChildWorkflowHandle<Workflow>>,
  events: ChildEvents,
  onEnd: OnChildEnd,
): () => void {
  const scope = CancellationScope.current();
  let isCancelled = false;
  let workflowId: string | undefined;

  function cancelChild(): void {
    isCancelled = true;
    // Not started yet: cancelled as soon as it has, since the SDK loses a cancellation requested before.
    if (workflowId === undefined) return;
    const child = getExternalWorkflowHandle(workflowId);
    void CancellationScope.nonCancellable(() => child.cancel()).catch(() => {});
  }

  function end(callEvent: () => void): void {
    try {
      callEvent();
      onEnd();
    } catch (error) {
      onEnd({ error });
    }
  }

  const onError = (error: unknown) => end(() => events.onError(error));
  void started.then((handle) => {
    workflowId = handle.workflowId;
    events.onStart(handle.firstExecutionRunId);
    if (isCancelled || scope.consideredCancelled) cancelChild();
    void handle.result().then((result) => end(() => events.onResult(result)), onError);
  }, onError);
  return cancelChild;
}
