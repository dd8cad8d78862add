/**
 * A child workflow in a trace of its own. Sandbox code; pure.
 */
import type { ChildWorkflowOptions } from '@temporalio/workflow';
import { withChildKind } from '../core/child-kind';

/**
 * Returns options for a child workflow that is to have a trace of its own: a long-lived child, or one that
 * continues as new for ever. An ordinary child stays in its parent's trace on all its continuations.
 *
 * The child is a run of its own: its TraceId is its own run id, its job name is its workflow type (or the
 * search attribute `JobName` in its options), and its `JobTrigger` is `api`. The sampling policy decides about
 * it, regardless of its parent's decision. Its root span links to the parent's `StartChildWorkflow` span, which
 * links back. It keeps the parent's baggage, lane and load test. Without the plugin, the options have no effect.
 *
 * @returns a mark, to be spread into the child's options; it is not sent to the server
 *
 * @example
 * ```ts
 * await startChild(pollOrders, { ...ownTrace(), args: [region], parentClosePolicy: 'ABANDON' });
 * ```
 */
export function ownTrace(): Pick<ChildWorkflowOptions, never> {
  return withChildKind({}, { kind: 'top', trigger: 'api' });
}
