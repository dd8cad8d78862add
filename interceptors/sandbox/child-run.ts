/**
 * A run that its parent decided about: an ordinary child in its parent's trace, or a shard in a trace of its
 * own. Both ask nothing and emit nothing.
 *
 * Sandbox code: no await, no draw from any random sequence, never throws.
 */
import type { WorkflowInfo } from '@temporalio/workflow';
import type { TraceHeader } from '../shared/header';
import type { JobOrigin } from '../shared/job-context';
import { keywordOf } from '../shared/job-name';
import type { SandboxOptions } from '../shared/sandbox-options';
import { rootSpanIdOfRun } from '../shared/trace-id';
import type { SpanRef } from '../shared/traceparent';
import type { RunTrace } from './run';

/** On all its attempts and continuations. */
export function readChild(
  info: WorkflowInfo,
  header: TraceHeader,
  options: SandboxOptions,
): { readonly origin: JobOrigin; readonly trace?: RunTrace } {
  const { span } = header;
  const origin = originOf(info, header);
  return span === undefined ? { origin } : { origin, trace: traceOf(info, header, span, options) };
}

function originOf({ workflowType, runId }: WorkflowInfo, { part }: TraceHeader): JobOrigin {
  if (part?.kind !== 'child' && part?.kind !== 'shard')
    return { jobName: workflowType, jobRunId: runId, trigger: 'child', facts: {} };
  return {
    jobName: part.job,
    jobRunId: part.runId,
    trigger: part.trigger,
    facts: part.facts ?? {},
    ...(part.kind === 'shard' && { shard: part.shard }),
  };
}

function traceOf(
  info: WorkflowInfo,
  { part }: TraceHeader,
  span: SpanRef,
  { acceptForcedStart }: SandboxOptions,
): RunTrace {
  const isShard = part?.kind === 'shard';
  const parentSpanId = span.spanId;
  const run: RunTrace = {
    kind: isShard ? 'shard' : 'child',
    root: { ...span, spanId: rootSpanIdOfRun(info.runId) },
    links: [],
    // By its parent's start command; its own children are then bound by its.
    bound: keywordOf(info, 'TraceId') === span.traceId,
    joined: false,
  };
  if (!isShard) return { ...run, parentSpanId };
  // Later attempts and continuations stand below the first run's root: a shard is one trace with one root.
  if (info.runId !== info.firstExecutionRunId)
    return { ...run, parentSpanId: rootSpanIdOfRun(info.firstExecutionRunId) };
  // Run again by a client, in the shard's own trace; recorded, if clients may ask for that.
  if (info.parent === undefined) {
    const root = { ...run.root, sampled: span.sampled && acceptForcedStart };
    return { ...run, root, parentSpanId, reason: 'manual' };
  }
  if (part.parentTraceId === undefined) return run;
  const parent = { traceId: part.parentTraceId, spanId: parentSpanId, sampled: true };
  return { ...run, links: [{ span: parent, attributes: { 'job.link': 'parent' } }] };
}
