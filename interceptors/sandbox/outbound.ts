/**
 * Calls that a workflow makes: each carries the trace onwards and, in a sampled run, is a span.
 *
 * Sandbox code: every method calls `next` synchronously and returns its very promise, so not one microtask is
 * added; a passive run passes through untouched.
 */
import { SpanName } from '@temporalio/interceptors-opentelemetry/lib/workflow/definitions';
import {
  type ChildWorkflowOptions,
  ContinueAsNew,
  type Headers,
  type WorkflowOutboundCallsInterceptor,
  workflowInfo,
} from '@temporalio/workflow';
import { type ChildKind, childKindOf, type ShardStart } from '../shared/child-kind';
import {
  carrierOf,
  type JobIdentity,
  type JobPart,
  TRACE_HEADER,
  type TraceHeader,
  writeHeader,
} from '../shared/header';
import { type JobFacts, someFacts, standingFacts } from '../shared/job-facts';
import type { SpanRef } from '../shared/traceparent';
import { bindChild } from './child-attributes';
import { observe, untracked } from './observe';
import type { Run } from './run';
import type { RunState } from './run-state';
import type { SandboxSpan } from './span';

const isContinueAsNew = (error: unknown) => error instanceof ContinueAsNew;

export function outboundInterceptor(state: RunState): WorkflowOutboundCallsInterceptor {
  /** Starts the call's span and gives its header; the span is missing where none may be made. */
  function begin(run: Run, name: string): { span?: SandboxSpan; header: TraceHeader } {
    const parent = state.activeRef(run);
    const span = state.recording()?.start(name, parent);
    const item = state.activeItem();
    if (item !== undefined) span?.setAttribute('job.item.key', item);
    return { ...(span && { span }), header: headerFor(run, span?.ref ?? parent) };
  }

  function headerFor(run: Run, span: SpanRef): TraceHeader {
    return { span, baggage: state.activeBaggage(run) };
  }

  /** Ends the span of an activity when it is answered; returns `promise`. */
  function observeActivity<T>(seq: number, span: SandboxSpan | undefined, promise: Promise<T>): Promise<T> {
    return span && !state.calls.expect('activity', seq, span) ? observe(promise, span) : promise;
  }

  return {
    scheduleActivity(input, next) {
      const { run } = state;
      if (!run) return next(input);
      const { span, header } = begin(run, `${SpanName.ACTIVITY_START}:${input.activityType}`);
      const headers = withTrace(input.headers, { ...header, ...activityPart(run) });
      return observeActivity(input.seq, span, next({ ...input, headers }));
    },

    scheduleLocalActivity(input, next) {
      const { run } = state;
      if (!run) return next(input);
      const { span, header } = begin(run, `${SpanName.ACTIVITY_START}:${input.activityType}`);
      const headers = withTrace(input.headers, { ...header, ...activityPart(run) });
      return observeActivity(input.seq, span, next({ ...input, headers }));
    },

    startNexusOperation(input, next) {
      const { run } = state;
      if (!run) return next(input);
      const { span, header } = begin(
        run,
        `${SpanName.NEXUS_OPERATION_START}:${input.service}/${input.operation}`,
      );
      return observe(next({ ...input, headers: { ...input.headers, ...carrierOf(header) } }), span);
    },

    startChildWorkflowExecution(input, next) {
      const { run } = state;
      const kind = childKindOf(input.options);
      if (!run)
        return next(kind ? { ...input, headers: withTrace(input.headers, passiveHeader(kind)) } : input);
      if (kind?.kind === 'shard') {
        const options = run.bound ? bindChild(input.options, run, kind) : input.options;
        const headers = withTrace(input.headers, shardHeader(run, kind, state.activeBaggage(run)));
        return next({ ...input, options, headers });
      }
      const { span, header } = begin(run, `${SpanName.CHILD_WORKFLOW_START}:${input.workflowType}`);
      const part = kind ?? partOfChild(run, input.options);
      const options = part.kind === 'child' && run.bound ? bindChild(input.options, run) : input.options;
      const started = next({ ...input, options, headers: withTrace(input.headers, { ...header, part }) });
      // The span ends when the child has started: the child's own root tells the rest.
      if (span && !state.calls.expect('childWorkflowStart', input.seq, span))
        void observe(untracked(started.then(([startedRun]) => startedRun)), span);
      return started;
    },

    continueAsNew(input, next) {
      const { run } = state;
      if (!run) return next(input);
      const { span, header } = begin(run, `${SpanName.CONTINUE_AS_NEW}:${input.options.workflowType}`);
      const continued = continuedHeader(run, header);
      return observe(next({ ...input, headers: withTrace(input.headers, continued) }), span, isContinueAsNew);
    },

    signalWorkflow(input, next) {
      const { run } = state;
      if (!run) return next(input);
      const { span, header } = begin(run, `${SpanName.WORKFLOW_SIGNAL}:${input.signalName}`);
      return observe(next({ ...input, headers: withTrace(input.headers, header) }), span);
    },

    getLogAttributes(input, next) {
      const { run } = state;
      if (!run) return next(input);
      const { traceId, spanId, sampled } = state.activeRef(run);
      return next({ trace_id: traceId, span_id: spanId, trace_flags: sampled ? '01' : '00', ...input });
    },
  };
}

function withTrace(headers: Headers, header: TraceHeader): Headers {
  return { ...headers, [TRACE_HEADER]: writeHeader(header) };
}

/** A run that the plugin takes no part in has no trace to hand on, but what it was told to say. */
function passiveHeader(kind: ChildKind): TraceHeader {
  return kind.kind === 'top' ? { part: kind } : {};
}

/** A child under cron is a top-level run; any other stays in its parent's trace. */
function partOfChild(run: Run, { cronSchedule }: ChildWorkflowOptions): JobPart {
  return cronSchedule
    ? { kind: 'top', ...factsOf(standingFacts(run.facts)) }
    : { kind: 'child', ...identityOf(run), ...factsOf(run.facts) };
}

/** The header's trace is the shard's own; its span and our part say where it comes from. */
function shardHeader(run: Run, { traceId, sampled, shard }: ShardStart, baggage: string): TraceHeader {
  return {
    span: { traceId, spanId: run.root.spanId, sampled },
    baggage,
    part: {
      kind: 'shard',
      ...identityOf(run),
      shard,
      parentTraceId: run.root.traceId,
      ...factsOf(run.facts),
    },
  };
}

/** A child goes on in its parent's trace, a shard in its own; a top-level run gets a new one and inherits the decision. */
function continuedHeader(run: Run, header: TraceHeader): TraceHeader {
  const facts = factsOf(run.facts);
  if (run.kind === 'top') {
    const { trigger, root } = run;
    return { ...header, part: { kind: 'continued', sampled: root.sampled, trigger, ...facts } };
  }
  const span = run.parentSpanId === undefined ? run.root : { ...run.root, spanId: run.parentSpanId };
  const part: JobPart =
    run.shard && run.kind === 'shard'
      ? { kind: 'shard', ...identityOf(run), shard: run.shard, ...facts }
      : { kind: 'child', ...identityOf(run), ...facts };
  return { ...header, span, part };
}

/** What an activity cannot know by itself; nothing for most. */
function activityPart({ facts, shard }: Run): { readonly part?: JobPart } {
  const { attempt } = workflowInfo();
  if (attempt === 1 && shard === undefined && someFacts(facts) === undefined) return {};
  return { part: { kind: 'activity', attempt, ...(shard && { shard }), ...factsOf(facts) } };
}

function identityOf({ jobName, jobRunId, trigger }: Run): JobIdentity {
  return { job: jobName, runId: jobRunId, trigger };
}

function factsOf(facts: JobFacts): { readonly facts?: JobFacts } {
  const some = someFacts(facts);
  return some ? { facts: some } : {};
}
