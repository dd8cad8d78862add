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

/** The child when it has started; cancelled if its scope, the present one, has been cancelled before. */
export async function startedChild<T extends Workflow>(
  started: Promise<ChildWorkflowHandle<T>>,
): Promise<ChildWorkflowHandle<T>> {
  const scope = CancellationScope.current();
  const handle = await started;
  if (scope.consideredCancelled) {
    const child = getExternalWorkflowHandle(handle.workflowId);
    await CancellationScope.nonCancellable(() => child.cancel()).catch(() => {});
  }
  return handle;
}
