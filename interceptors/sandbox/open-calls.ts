/**
 * Ends the spans of activities and of starting children when an activation brings the server's answer: a handler on
 * the call's promise would be one promise more, of which the SDK takes a stack trace.
 *
 * Sandbox code; reads activations, in their order, so it is the same on replay.
 */
import type { coresdk, temporal } from '@temporalio/proto';
import { getActivator } from '@temporalio/workflow/lib/global-attributes';
import { failWith } from './outcome';
import { type SandboxSpan, STATUS } from './span';

type Job = coresdk.workflow_activation.IWorkflowActivationJob;
type Failure = temporal.api.failure.v1.IFailure;

/** What the SDK counts by sequence number of its own: activities, local ones among them, and starts of children. */
type Kind = 'activity' | 'childWorkflowStart';

export class OpenCalls {
  readonly #spans = {
    activity: new Map<number, SandboxSpan>(),
    childWorkflowStart: new Map<number, SandboxSpan>(),
  };

  /**
   * Lets `span` end when the call is answered.
   *
   * @returns false when no activation will tell: nothing was asked for, since the scope is cancelled or another
   *   interceptor answers
   */
  expect(kind: Kind, seq: number, span: SandboxSpan): boolean {
    if (!getActivator().completions[kind].has(seq)) return false;
    this.#spans[kind].set(seq, span);
    return true;
  }

  /** Ends the spans of the calls that these jobs answer. */
  settle(jobs: readonly Job[]): void {
    for (const { resolveActivity: activity, resolveChildWorkflowExecutionStart: child } of jobs) {
      if (activity) {
        const { completed, failed, cancelled } = activity.result ?? {};
        // A local activity's `backoff` is neither: the SDK comes back with its next attempt.
        this.#end('activity', activity.seq, completed != null, (failed ?? cancelled)?.failure);
      }
      if (child) {
        const { succeeded, failed, cancelled } = child;
        const failure = failed ? ALREADY_STARTED : cancelled?.failure;
        this.#end('childWorkflowStart', child.seq, succeeded != null, failure);
      }
    }
  }

  #end(kind: Kind, seq: number | null | undefined, isOk: boolean, failure: Failure | null | undefined): void {
    const span = this.#spans[kind].get(seq ?? 0);
    if (span === undefined) return;
    this.#spans[kind].delete(seq ?? 0);
    if (isOk) span.setStatus({ code: STATUS.ok });
    if (failure) failWith(span, failure);
    span.end();
  }
}

/** The one reason for which the server does not start a child, in the words of the SDK's error. */
const ALREADY_STARTED: Failure = Object.freeze({
  message: 'Workflow execution already started',
  applicationFailureInfo: { type: 'WorkflowExecutionAlreadyStartedError' },
});
