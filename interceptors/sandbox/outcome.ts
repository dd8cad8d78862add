/**
 * How a run ended, read from its final command. Sandbox code; pure.
 */
import type { coresdk, temporal } from '@temporalio/proto';
import type { JobResult } from '../shared/span-record';
import { type SandboxSpan, STATUS } from './span';

type Command = coresdk.workflow_commands.IWorkflowCommand;
type Failure = temporal.api.failure.v1.IFailure;

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

/** How a run ended, in the words of `cicd.pipeline.result`; `undefined` when it goes on as a new run. */
export function resultOf(command: Command): JobResult | undefined {
  if (command.completeWorkflowExecution) return 'success';
  if (command.cancelWorkflowExecution) return 'cancellation';
  if (!command.failWorkflowExecution) return undefined;
  return isTimeout(command.failWorkflowExecution.failure ?? {}) ? 'timeout' : 'failure';
}

/** Writes the run's outcome on its root span. */
export function describeEnd(root: SandboxSpan, command: Command): void {
  const result = resultOf(command);
  if (result !== undefined) root.setAttribute('job.result', result);
  if (command.completeWorkflowExecution) root.setStatus({ code: STATUS.ok });
  if (command.failWorkflowExecution) describeFailure(root, command.failWorkflowExecution.failure ?? {});
}

function describeFailure(root: SandboxSpan, failure: Failure): void {
  root.setAttributes(failingCall(failure));
  if (failure.applicationFailureInfo?.category === BENIGN) root.setAttribute('error.type', typeOf(failure));
  else failWith(root, failure);
}

/** Marks the span as failed with the cause, which says more than "Activity task failed". */
export function failWith(span: SandboxSpan, failure: Failure): void {
  const cause = rootCause(failure);
  span.fail({ type: typeOf(cause), message: cause.message ?? failure.message, stack: cause.stackTrace });
}

/** The activity or child whose failure was the run's. */
function failingCall({
  activityFailureInfo: activity,
  childWorkflowExecutionFailureInfo: child,
}: Failure): Record<string, unknown> {
  return {
    ...(activity && { 'job.failed.activity': activity.activityType?.name ?? '' }),
    ...(child && {
      'job.failed.child': child.workflowType?.name ?? '',
      'job.failed.child.id': child.workflowExecution?.workflowId ?? '',
    }),
  };
}

function rootCause(failure: Failure): Failure {
  let cause = failure;
  while (cause.cause) cause = cause.cause;
  return cause;
}

function isTimeout(failure: Failure): boolean {
  return rootCause(failure).timeoutFailureInfo != null;
}

function typeOf({ applicationFailureInfo, timeoutFailureInfo, canceledFailureInfo }: Failure): string {
  if (applicationFailureInfo?.type) return applicationFailureInfo.type;
  if (canceledFailureInfo) return 'CancelledFailure';
  return timeoutFailureInfo ? 'TimeoutError' : 'Error';
}
