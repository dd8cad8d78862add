/**
 * Notes the errors that fail a workflow task instead of the run.
 *
 * Sandbox code. After such an error nothing of the activation is concluded, so the SDK's own note of it is listened to:
 * without a promise on the workflow function and on each handler, of which the SDK would take a stack trace.
 */
import { workflowInfo } from '@temporalio/workflow';
import type { JobTracingSinks } from '../../core/span-record';
import { onTaskError } from './sdk-internals';
import { describe } from './span';

/** The task is tried again, so the host is told of the same error each time. */
export function noteTaskErrors(sink: JobTracingSinks['jobTracing']): void {
  onTaskError((error, isFirst) => {
    if (!isFirst || workflowInfo().unsafe.isReplaying) return;
    const { type, message } = describe(error);
    sink.taskFailed({ type, message });
  });
}
