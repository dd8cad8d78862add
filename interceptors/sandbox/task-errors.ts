/**
 * Reports the errors that fail a workflow task instead of the run.
 *
 * Sandbox code. Such an error aborts the activation, so the SDK's own record of it is observed: this needs no
 * promise on the workflow function and on each handler, of which the SDK would take a stack trace.
 */
import { workflowInfo } from '@temporalio/workflow';
import type { JobTracingSinks } from '../../core/span-record';
import { describeError } from './describe-error';
import { onTaskError } from './sdk-internals';

/** Reports each such error to the sink; since the task is retried, the same error may be reported again. */
export function noteTaskErrors(sink: JobTracingSinks['jobTracing']): void {
  onTaskError((error, isFirst) => {
    if (!isFirst || workflowInfo().unsafe.isReplaying) return;
    const { type, message } = describeError(error);
    sink.taskFailed({ type, message });
  });
}
