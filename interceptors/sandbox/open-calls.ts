/**
 * Ends the spans of activities and of child starts when an activation resolves the call: a handler on the
 * call's promise would add another promise, and the SDK takes a stack trace of each.
 *
 * Sandbox code; reads activations in their order, so the result is the same on replay.
 */

import type { Failure } from '../../core/run-end';
import type { ActivationJob } from '../../core/sdk-types';
import { rootSpanIdOfRun, traceIdOfRun } from '../../core/trace-id';
import { STATUS } from './api-values';
import { linksTo } from './links';
import { isPending, type PendingKind } from './sdk-internals';
import type { RecordingSpan } from './span';

/** An open call. */
interface OpenCall {
  readonly span: RecordingSpan;
  /** Whether the call starts a child in a trace of its own, to which the span then links. */
  readonly hasOwnTrace: boolean;
}

/** The open calls of one run. */
export class OpenCalls {
  /** By sequence number, which counts from 1 for each kind. */
  readonly #calls: Readonly<Record<PendingKind, Map<number, OpenCall>>> = {
    activity: new Map(),
    childWorkflowStart: new Map(),
  };

  /**
   * Registers `span` to end when the call is resolved.
   *
   * @param hasOwnTrace whether the call starts a child in a trace of its own
   * @returns the span if no activation will resolve the call, since the scope is cancelled or another
   *   interceptor answers; else `undefined`
   */
  expect(
    kind: PendingKind,
    seq: number,
    span: RecordingSpan | undefined,
    hasOwnTrace = false,
  ): RecordingSpan | undefined {
    if (!span || !isPending(kind, seq)) return span;
    this.#calls[kind].set(seq, { span, hasOwnTrace });
    return undefined;
  }

  /** Ends the spans of the calls that these jobs resolve. */
  settle(jobs: readonly ActivationJob[]): void {
    for (const { resolveActivity: activity, resolveChildWorkflowExecutionStart: child } of jobs) {
      if (activity) {
        const { completed, failed, cancelled } = activity.result ?? {};
        // A local activity's `backoff` is neither: the SDK schedules its next attempt.
        const span = this.#take('activity', activity.seq)?.span;
        end(span, completed != null, (failed ?? cancelled)?.failure);
      }
      if (child) {
        const { succeeded, failed, cancelled } = child;
        const call = this.#take('childWorkflowStart', child.seq);
        if (call?.hasOwnTrace && succeeded?.runId) linkToChild(call.span, succeeded.runId);
        end(call?.span, succeeded != null, failed ? ALREADY_STARTED : cancelled?.failure);
      }
    }
  }

  #take(kind: PendingKind, seq: number | null | undefined): OpenCall | undefined {
    const calls = this.#calls[kind];
    const call = calls.get(seq ?? 0);
    calls.delete(seq ?? 0);
    return call;
  }
}

function end(span: RecordingSpan | undefined, isOk: boolean, failure: Failure | null | undefined): void {
  if (isOk) span?.setStatus({ code: STATUS.ok });
  if (failure) span?.failWith(failure);
  span?.end();
}

/** Links the span of a call to the root of the child that it started; whether the child is sampled is unknown. */
function linkToChild(span: RecordingSpan, runId: string): void {
  const root = { traceId: traceIdOfRun(runId), spanId: rootSpanIdOfRun(runId), sampled: true };
  for (const link of linksTo(root, 'child', { 'job.run.id': runId })) span.link(link);
}

/** The one reason for which the server does not start a child, in the words of the SDK's error. */
const ALREADY_STARTED: Failure = {
  message: 'Workflow execution already started',
  applicationFailureInfo: { type: 'WorkflowExecutionAlreadyStartedError' },
};
