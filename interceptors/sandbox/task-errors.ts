/**
 * Notes the errors that fail a workflow task instead of the run.
 *
 * Sandbox code. Which these are only the SDK knows (`failureExceptionTypes`), and it tells no interceptor: after such an
 * error nothing of the activation is concluded. So the SDK's own note of it is listened to: without a promise on the
 * workflow function and on each handler, of which the SDK would take a stack trace.
 */
import { workflowInfo } from '@temporalio/workflow';
import { getActivator } from '@temporalio/workflow/lib/global-attributes';
import type { JobTracingSinks } from '../../core/span-record';
import { describe } from './span';

/** The task is tried again, so the host is told of the same error each time. */
export function noteTaskErrors(sink: JobTracingSinks['jobTracing']): void {
  const activator = getActivator();
  const record = activator.recordWorkflowTaskError;
  activator.recordWorkflowTaskError = (error) => {
    const isFirst = activator.workflowTaskError === undefined;
    try {
      if (!isFirst || workflowInfo().unsafe.isReplaying) return;
      const { type, message } = describe(error);
      sink.taskFailed({ type, message });
    } finally {
      record.call(activator, error);
    }
  };
}
