/**
 * The zero-length span `RunStarted`: the trace of a long run can be opened with it while the run goes on; the root
 * itself follows at the end.
 *
 * Made by the host alone: as it decides to record a run whose origin it knows, which costs the run no call out of its
 * sandbox, or when the sandbox reports the beginning of any other run that begins a trace. A run in a trace that was there before has none: `StartWorkflow` or
 * `StartChildWorkflow` tells as much. Pure.
 */
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import type { WorkflowInfo } from '@temporalio/workflow';
import type { JobOrigin } from '../core/job-info';
import { spanIdOf } from '../core/span-ids';
import type { SpanRecord } from '../core/span-record';
import { rootSpanIdOfRun, traceIdOfRun } from '../core/trace-id';
import type { SpanRef } from '../core/traceparent';
import { describeBeginning } from './describe';

/** With what is known of the run by then, so that its trace can be recognised and searched from its first second. */
export function runStarted(info: WorkflowInfo, root: SpanRef, origin: JobOrigin): SpanRecord {
  const { workflowType, runStartTime } = info;
  const { traceId, spanId: parentSpanId, traceState } = root;
  // The SDK's name for the time of the first workflow task, where the root span begins.
  const startMs = runStartTime.getTime();
  return {
    name: `RunStarted:${workflowType}`,
    kind: SpanKind.INTERNAL,
    traceId,
    spanId: runStartedId(parentSpanId),
    parentSpanId,
    ...(traceState !== undefined && { traceState }),
    startMs,
    endMs: startMs,
    statusCode: SpanStatusCode.UNSET,
    attributes: describeBeginning(origin, info),
    events: [],
    links: [],
    droppedAttributes: 0,
  };
}

/** Span id of `RunStarted` below this root. */
export function runStartedId(rootSpanId: string): string {
  return spanIdOf(rootSpanId, { name: 'RunStarted', parentSpanId: rootSpanId, which: '' });
}

/** The root of a top-level run in a trace of its own. */
export function rootOfRun({ runId, originalExecutionRunId }: WorkflowInfo): SpanRef {
  return { traceId: traceIdOfRun(originalExecutionRunId), spanId: rootSpanIdOfRun(runId), sampled: true };
}
