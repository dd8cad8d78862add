/**
 * A run whose parent has decided about it: an ordinary child in its parent's trace, or a shard in a trace of
 * its own. Neither calls the host nor issues a command.
 *
 * Sandbox code: no await, no draw from any random sequence, never throws.
 */
import type { WorkflowInfo } from '@temporalio/workflow';
import type { JobOrigin } from '../../core/job-info';
import { keywordOf } from '../../core/job-name';
import type { ChildRun, ShardRun } from '../../core/run-kind';
import type { SandboxOptions } from '../../core/sandbox-options';
import { rootSpanIdOfRun } from '../../core/trace-id';
import type { SpanRef } from '../../core/traceparent';
import { linksTo } from './links';
import type { RunTrace, TracedOrigin } from './run';

/**
 * Works out an ordinary child or a shard, on any of its attempts and continuations.
 *
 * @param span span of the parent, in the run's trace; without it, the run is untraced
 */
export function readChild(
  info: WorkflowInfo,
  kind: ChildRun | ShardRun,
  span: SpanRef | undefined,
  options: SandboxOptions,
): TracedOrigin {
  const origin = originOf(info, kind);
  const trace = span && traceOf(info, kind, span, options);
  return { origin, trace, counted: false, inheritsUnsampled: false };
}

function originOf({ workflowType, runId }: WorkflowInfo, { jobHeader }: ChildRun | ShardRun): JobOrigin {
  if (jobHeader?.kind !== 'child' && jobHeader?.kind !== 'shard')
    return { jobName: workflowType, jobRunId: runId, trigger: 'child', metadata: {} };
  return {
    jobName: jobHeader.job,
    jobRunId: jobHeader.runId,
    trigger: jobHeader.trigger,
    metadata: jobHeader.facts ?? {},
    ...(jobHeader.kind === 'shard' && { shard: jobHeader.shard }),
  };
}

function traceOf(
  info: WorkflowInfo,
  { kind, jobHeader }: ChildRun | ShardRun,
  span: SpanRef,
  { acceptForcedStart }: SandboxOptions,
): RunTrace {
  const run: RunTrace = {
    kind,
    root: { ...span, spanId: rootSpanIdOfRun(info.runId) },
    parentSpanId: span.spanId,
    links: [],
    // Bound by its parent's start command; its own children are then bound by its start commands.
    bound: keywordOf(info, 'TraceId') === span.traceId,
    announces: kind === 'shard',
    joined: false,
  };
  if (jobHeader?.kind !== 'shard') return run;
  // Later attempts and continuations are below the first run's root: a shard is one trace with one root.
  if (info.runId !== info.firstExecutionRunId)
    return { ...run, parentSpanId: rootSpanIdOfRun(info.firstExecutionRunId) };
  // Rerun by a client, in the shard's own trace; forced, if clients may force runs.
  if (!info.parent) {
    const root = { ...run.root, sampled: span.sampled && acceptForcedStart };
    return { ...run, root, reason: 'manual' };
  }
  const { parentTraceId: traceId } = jobHeader;
  const parent = traceId === undefined ? undefined : { traceId, spanId: span.spanId, sampled: true };
  return { ...run, parentSpanId: undefined, links: linksTo(parent, 'parent') };
}
