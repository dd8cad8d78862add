/**
 * Notes the errors that fail a workflow task instead of the run (anything but a `TemporalFailure`).
 *
 * Sandbox code. The task is tried again, so the same error is seen each time: the host keeps one note a run,
 * and puts it on the root when that goes out.
 */
import { TemporalFailure } from '@temporalio/common';
import { ContinueAsNew, workflowInfo } from '@temporalio/workflow';
import type { JobTracingSinks } from '../shared/span-record';
import { untracked } from './observe';
import { describe } from './span';

export type TaskErrors = ReturnType<typeof taskErrors>;

export function taskErrors(sink: JobTracingSinks['jobTracing']) {
  let noted = false;

  function note(error: unknown): void {
    const failsRun = error instanceof TemporalFailure || error instanceof ContinueAsNew;
    if (failsRun || noted || workflowInfo().unsafe.isReplaying) return;
    noted = true;
    const { type, message } = describe(error);
    sink.taskFailed({ type, message });
  }

  return {
    /** Watches the outcome of user code, of recorded runs; returns `promise` itself. */
    watch<T>(promise: Promise<T>): Promise<T> {
      void untracked(promise.then(undefined, note));
      return promise;
    },

    /** Call when an activation ended well: what was noted in it was no task failure. */
    settle(): void {
      if (noted) sink.settled();
      noted = false;
    },
  };
}
