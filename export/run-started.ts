/**
 * The zero-length span `RunStarted`: the trace of a long run can be opened with it while the run goes on; the root
 * itself follows at the end.
 *
 * Made by the host alone: as it decides to record a run, which costs the run no call out of its sandbox, or told by
 * the sandbox of another run that begins a trace. A run in a trace that was there before has none: `StartWorkflow` or
 * `StartChildWorkflow` tells as much. Pure.
 */
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import type { WorkflowInfo } from '@temporalio/workflow';
import { createSpanIds } from '../core/span-ids';
import type { SpanRecord } from '../core/span-record';
import { rootSpanIdOfRun, traceIdOfRun } from '../core/trace-id';
import type { SpanRef } from '../core/traceparent';

export function runStarted({ workflowType, runStartTime }: WorkflowInfo, root: SpanRef): SpanRecord {
  const { traceId, spanId: parentSpanId, traceState } = root;
  // The SDK's name for the time of the first workflow task, where the root span begins.
  const startMs = runStartTime.getTime();
  return {
    name: `RunStarted:${workflowType}`,
    kind: SpanKind.INTERNAL,
    traceId,
    // The sandbox leaves the first of the run's ids to it.
    spanId: createSpanIds(parentSpanId)(),
    parentSpanId,
    ...(traceState !== undefined && { traceState }),
    startMs,
    endMs: startMs,
    statusCode: SpanStatusCode.UNSET,
    attributes: {},
    events: [],
    links: [],
    droppedAttributes: 0,
  };
}

/** The root of a top-level run in a trace of its own. */
export function rootOfRun({ runId, originalExecutionRunId }: WorkflowInfo): SpanRef {
  return { traceId: traceIdOfRun(originalExecutionRunId), spanId: rootSpanIdOfRun(runId), sampled: true };
}
