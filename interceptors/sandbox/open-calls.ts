/**
 * Ends the spans of activities and of child starts when an activation resolves the call: a handler on the
 * call's promise would add another promise, and the SDK takes a stack trace of each.
 *
 * Sandbox code; reads activations in their order, so the result is the same on replay.
 */
import type { coresdk } from '@temporalio/proto';
import type { Failure } from '../../core/run-end';
import { rootSpanIdOfRun, traceIdOfRun } from '../../core/trace-id';
import { linksTo } from './links';
import { isPending, type PendingKind } from './sdk-internals';
import { type SandboxSpan, STATUS } from './span';

type Job = coresdk.workflow_activation.IWorkflowActivationJob;

/** An open call. */
interface OpenCall {
  readonly span: SandboxSpan;
  /** Whether the call starts a child in a trace of its own, to which the span then links. */
  readonly hasOwnTrace: boolean;
}

export class OpenCalls {
  /** Open calls by kind and sequence number; each kind counts from 1. */
  readonly #calls = new Map<string, OpenCall>();

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
    span: SandboxSpan | undefined,
    hasOwnTrace = false,
  ): SandboxSpan | undefined {
    if (!span || !isPending(kind, seq)) return span;
    this.#calls.set(kind + seq, { span, hasOwnTrace });
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
        this.#end('childWorkflowStart', child.seq, succeeded != null, failure, succeeded?.runId);
      }
    }
  }

  #end(
    kind: PendingKind,
    seq: number | null | undefined,
    isOk: boolean,
    failure: Failure | null | undefined,
    childRunId?: string | null,
  ): void {
    const key = `${kind}${seq}`;
    const call = this.#calls.get(key);
    if (!call) return;
    this.#calls.delete(key);
    const { span, hasOwnTrace } = call;
    if (hasOwnTrace && childRunId) linkToChild(span, childRunId);
    if (isOk) span.setStatus({ code: STATUS.ok });
    if (failure) span.failWith(failure);
    span.end();
  }
}

/** Links the span of a call to the root of the child that it started; whether the child is sampled is unknown. */
function linkToChild(span: SandboxSpan, runId: string): void {
  const root = { traceId: traceIdOfRun(runId), spanId: rootSpanIdOfRun(runId), sampled: true };
  for (const link of linksTo(root, 'child', { 'job.run.id': runId })) span.link(link);
}

/** The one reason for which the server does not start a child, in the words of the SDK's error. */
const ALREADY_STARTED: Failure = {
  message: 'Workflow execution already started',
  applicationFailureInfo: { type: 'WorkflowExecutionAlreadyStartedError' },
};
