/**
 * How a run ended, read from its final command. Sandbox code; pure.
 */
import type { coresdk, temporal } from '@temporalio/proto';
import { type SandboxSpan, STATUS } from './span';

type Command = coresdk.workflow_commands.IWorkflowCommand;

/** `ApplicationErrorCategory` of Temporal's API: an expected failure. */
const BENIGN = 1;

/** Whether the command ends the run. */
export function isFinal(command: Command): boolean {
  return (
    command.completeWorkflowExecution != null ||
    command.failWorkflowExecution != null ||
    command.cancelWorkflowExecution != null ||
    command.continueAsNewWorkflowExecution != null
  );
}

/** Writes the run's outcome on its root span, in the words of `cicd.pipeline.result`. */
export function describeEnd(root: SandboxSpan, command: Command): void {
  if (command.completeWorkflowExecution)
    root.setStatus({ code: STATUS.ok }).setAttribute('job.result', 'success');
  else if (command.cancelWorkflowExecution) root.setAttribute('job.result', 'cancellation');
  else if (command.failWorkflowExecution) describeFailure(root, command.failWorkflowExecution.failure ?? {});
}

function describeFailure(root: SandboxSpan, failure: temporal.api.failure.v1.IFailure): void {
  root.setAttribute('job.result', isTimeout(failure) ? 'timeout' : 'failure');
  if (failure.applicationFailureInfo?.category === BENIGN) {
    root.setAttribute('error.type', typeOf(failure));
    return;
  }
  // The cause says more than "Activity task failed".
  const cause = rootCause(failure);
  root.fail({ type: typeOf(cause), message: cause.message ?? failure.message, stack: cause.stackTrace });
}

function rootCause(failure: temporal.api.failure.v1.IFailure): temporal.api.failure.v1.IFailure {
  let cause = failure;
  while (cause.cause) cause = cause.cause;
  return cause;
}

function isTimeout(failure: temporal.api.failure.v1.IFailure): boolean {
  return rootCause(failure).timeoutFailureInfo != null;
}

function typeOf(failure: temporal.api.failure.v1.IFailure): string {
  return failure.applicationFailureInfo?.type || (failure.timeoutFailureInfo ? 'TimeoutError' : 'Error');
}
