/**
 * A child that is being started when its scope is cancelled: the SDK's request to cancel it is lost, so that it
 * would run to its own end.
 *
 * Sandbox code.
 */
import {
  CancellationScope,
  type ChildWorkflowHandle,
  getExternalWorkflowHandle,
  type Workflow,
} from '@temporalio/workflow';

/**
 * The child's result.
 *
 * @param handle of a child that has just started
 * @param scope in which it was started: if that has been cancelled since, the child is cancelled now
 */
export function resultOfStarted<T extends Workflow>(
  handle: ChildWorkflowHandle<T>,
  scope: CancellationScope,
): ReturnType<ChildWorkflowHandle<T>['result']> {
  if (scope.consideredCancelled) {
    const child = getExternalWorkflowHandle(handle.workflowId);
    void CancellationScope.nonCancellable(() => child.cancel()).catch(() => {});
  }
  return handle.result() as ReturnType<ChildWorkflowHandle<T>['result']>;
}
