/**
 * Ends the spans of activities and of child starts when an activation resolves the call: a handler on the
 * call's promise would add another promise, and the SDK takes a stack trace of each.
 *
 * Sandbox code; reads activations in their order, so the result is the same on replay.
 */
import type { coresdk } from '@temporalio/proto';
import type { Failure } from '../../core/run-end';
import { isPending, type PendingKind } from './sdk-internals';
import { type SandboxSpan, STATUS } from './span';

type Job = coresdk.workflow_activation.IWorkflowActivationJob;

export class OpenCalls {
  /** Open spans by kind and sequence number; each kind counts from 1. */
  readonly #spans = new Map<string, SandboxSpan>();

  /**
   * Registers `span` to end when the call is resolved.
   *
   * @returns the span if no activation will resolve the call, since the scope is cancelled or another
   *   interceptor answers; else `undefined`
   */
  expect(kind: PendingKind, seq: number, span: SandboxSpan | undefined): SandboxSpan | undefined {
    if (!span || !isPending(kind, seq)) return span;
    this.#spans.set(kind + seq, span);
    return undefined;
  }

  /** Ends the spans of the calls that these jobs resolve. */
  settle(jobs: readonly Job[]): void {
    for (const { resolveActivity: activity, resolveChildWorkflowExecutionStart: child } of jobs) {
      if (activity) {
        const { completed, failed, cancelled } = activity.result ?? {};
        // A local activity's `backoff` is neither: the SDK schedules its next attempt.
        this.#end('activity', activity.seq, completed != null, (failed ?? cancelled)?.failure);
      }
      if (child) {
        const { succeeded, failed, cancelled } = child;
        const failure = failed ? ALREADY_STARTED : cancelled?.failure;
        this.#end('childWorkflowStart', child.seq, succeeded != null, failure);
      }
    }
  }

  #end(
    kind: PendingKind,
    seq: number | null | undefined,
    isOk: boolean,
    failure: Failure | null | undefined,
  ): void {
    const key = `${kind}${seq}`;
    const span = this.#spans.get(key);
    if (!span) return;
    this.#spans.delete(key);
    if (isOk) span.setStatus({ code: STATUS.ok });
    if (failure) span.failWith(failure);
    span.end();
  }
}

/** The one reason for which the server does not start a child, in the words of the SDK's error. */
const ALREADY_STARTED: Failure = {
  message: 'Workflow execution already started',
  applicationFailureInfo: { type: 'WorkflowExecutionAlreadyStartedError' },
};
