/**
 * The zero-length span `RunStarted`, with which the trace of a long run can be opened while the run is in
 * progress; the root span itself follows at the end.
 *
 * Created only by the host: when it decides to sample a run whose origin it has, which costs the run no sink
 * call, or when the sandbox reports the start of any other run that begins a trace. A run in an existing
 * trace has none: `StartWorkflow` or `StartChildWorkflow` shows as much. Pure.
 */
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import type { WorkflowInfo } from '@temporalio/workflow';
import type { JobOrigin } from '../core/job-info';
import { spanIdOf } from '../core/span-ids';
import type { SpanRecord } from '../core/span-record';
import { rootSpanIdOfRun, traceIdOfRun } from '../core/trace-id';
import type { SpanRef } from '../core/traceparent';
import { defined } from '../core/util/defined';
import { describeBeginning } from './describe';

/**
 * Returns `RunStarted` with the attributes known by then, so that the trace can be recognised and searched at
 * once.
 */
export function runStarted(info: WorkflowInfo, root: SpanRef, origin: JobOrigin): SpanRecord {
  const { workflowType, runStartTime } = info;
  const { traceId, spanId: parentSpanId, traceState } = root;
  // The SDK's name for the time of the first workflow task, where the root span begins.
  const startMs = runStartTime.getTime();
  return defined({
    name: `RunStarted:${workflowType}`,
    kind: SpanKind.INTERNAL,
    traceId,
    spanId: runStartedId(parentSpanId),
    parentSpanId,
    traceState,
    startMs,
    endMs: startMs,
    statusCode: SpanStatusCode.UNSET,
    attributes: describeBeginning(origin, info),
    events: [],
    links: [],
    droppedAttributes: 0,
  });
}

/** Returns the span id of `RunStarted` below this root: 16 lower-case hex digits. */
export function runStartedId(rootSpanId: string): string {
  return spanIdOf(rootSpanId, { name: 'RunStarted', parentSpanId: rootSpanId, which: '' });
}

/** Returns the root span of a top-level run in its own trace. */
export function rootOfRun({ runId, originalExecutionRunId }: WorkflowInfo): SpanRef {
  return { traceId: traceIdOfRun(originalExecutionRunId), spanId: rootSpanIdOfRun(runId), sampled: true };
}
