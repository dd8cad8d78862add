/**
 * Calls that a workflow makes: each carries the trace onwards and, in a sampled run, is a span.
 *
 * Sandbox code: every method calls `next` synchronously and returns its very promise, so not one microtask is
 * added.
 */
import { SpanName } from '@temporalio/interceptors-opentelemetry/lib/workflow/definitions';
import {
  type ActivityInput,
  type ChildWorkflowOptions,
  type Headers,
  type WorkflowOutboundCallsInterceptor,
  workflowInfo,
} from '@temporalio/workflow';
import { childKindOf, type ShardStart } from '../../core/child-kind';
import { someFacts, standingFacts } from '../../core/job-facts';
import {
  carrierOf,
  type JobPart,
  TRACE_HEADER,
  type TraceHeader,
  writeHeader,
} from '../../core/trace-header';
import { bindChild } from './child-attributes';
import { observe } from './observe';
import type { Run } from './run';
import type { RunState } from './run-state';
import { untracked } from './sdk-internals';
import type { SandboxSpan } from './span';

/** A passive run's calls go on untouched; only a child that is to be a top-level run is told so. */
export function passiveOutbound(): WorkflowOutboundCallsInterceptor {
  return {
    startChildWorkflowExecution(input, next) {
      const kind = childKindOf(input.options);
      return next(kind?.kind === 'top' ? withTrace(input, { part: kind }) : input);
    },
  };
}

export function outboundInterceptor(state: RunState, run: Run): WorkflowOutboundCallsInterceptor {
  /** Starts the call's span and gives its header; the span is missing where none may be made. */
  function begin(name: string): { span: SandboxSpan | undefined; header: TraceHeader } {
    const parent = state.activeRef(run);
    const span = state.recording()?.start(name, parent);
    const item = state.activeItem();
    if (item !== undefined) span?.setAttribute('job.item.key', item);
    return { span, header: { span: span?.ref ?? parent, baggage: state.activeBaggage(run) } };
  }

  /** Makes the call with its header, in a span that ends with it. */
  function send<Input extends { readonly headers: Headers }, Output>(
    input: Input,
    next: (input: Input) => Promise<Output>,
    name: string,
    own?: TraceHeader,
  ): Promise<Output> {
    const { span, header } = begin(name);
    return observe(next(withTrace(input, { ...header, ...own })), span);
  }

  /** The same for activities and local ones; a local one's retry past its threshold comes back as a call of its own. */
  function callActivity<Input extends ActivityInput>(
    input: Input,
    next: (input: Input) => Promise<unknown>,
  ): Promise<unknown> {
    const { span, header } = begin(`${SpanName.ACTIVITY_START}:${input.activityType}`);
    const promise = next(withTrace(input, { ...header, part: activityPart(run) }));
    return observe(promise, state.calls.expect('activity', input.seq, span));
  }

  return {
    scheduleActivity: callActivity,
    scheduleLocalActivity: callActivity,

    startNexusOperation(input, next) {
      const name = `${SpanName.NEXUS_OPERATION_START}:${input.service}/${input.operation}`;
      const { span, header } = begin(name);
      return observe(next({ ...input, headers: { ...input.headers, ...carrierOf(header) } }), span);
    },

    startChildWorkflowExecution(input, next) {
      const kind = childKindOf(input.options);
      if (kind?.kind === 'shard')
        return next(withTrace(bindChild(input, run, kind), shardHeader(run, kind, state.activeBaggage(run))));
      const { span, header } = begin(`${SpanName.CHILD_WORKFLOW_START}:${input.workflowType}`);
      const part = kind ?? partOfChild(run, input.options);
      const child = part.kind === 'child' ? bindChild(input, run) : input;
      const started = next(withTrace(child, { ...header, part }));
      // The span ends when the child has started: the child's own root tells the rest.
      const open = state.calls.expect('childWorkflowStart', input.seq, span);
      if (open) void observe(untracked(started.then(([startedRun]) => startedRun)), open);
      return started;
    },

    continueAsNew: (input, next) =>
      send(input, next, `${SpanName.CONTINUE_AS_NEW}:${input.options.workflowType}`, continuation(run)),

    signalWorkflow: (input, next) => send(input, next, `${SpanName.WORKFLOW_SIGNAL}:${input.signalName}`),

    getLogAttributes(input, next) {
      const { traceId, spanId, sampled } = state.activeRef(run);
      return next({ trace_id: traceId, span_id: spanId, trace_flags: sampled ? '01' : '00', ...input });
    },
  };
}

function withTrace<Input extends { readonly headers: Headers }>(input: Input, header: TraceHeader): Input {
  return { ...input, headers: { ...input.headers, [TRACE_HEADER]: writeHeader(header) } };
}

/** A child under cron is a top-level run; any other stays in its parent's trace. */
function partOfChild(run: Run, { cronSchedule }: ChildWorkflowOptions): JobPart {
  return cronSchedule
    ? { kind: 'top', facts: someFacts(standingFacts(run.facts)) }
    : { kind: 'child', ...originOf(run) };
}

/** The header's trace is the shard's own; its span and our part say where it comes from. */
function shardHeader(run: Run, { traceId, sampled, shard }: ShardStart, baggage: string): TraceHeader {
  const { root } = run;
  return {
    span: { traceId, spanId: root.spanId, sampled },
    baggage,
    part: { kind: 'shard', ...originOf(run), shard, parentTraceId: root.traceId },
  };
}

/** A child goes on in its parent's trace, a shard in its own; a top-level run gets a new one and inherits the decision. */
function continuation(run: Run): TraceHeader {
  const { root, shard, trigger, facts, parentSpanId = root.spanId } = run;
  if (run.kind === 'top')
    return { part: { kind: 'continued', sampled: root.sampled, trigger, facts: someFacts(facts) } };
  const origin = originOf(run);
  const part: JobPart = shard ? { kind: 'shard', ...origin, shard } : { kind: 'child', ...origin };
  return { span: { ...root, spanId: parentSpanId }, part };
}

function originOf({ jobName, jobRunId, trigger, facts }: Run) {
  return { job: jobName, runId: jobRunId, trigger, facts: someFacts(facts) };
}

/** What an activity cannot know by itself; nothing for most. */
function activityPart({ facts: all, shard }: Run): JobPart | undefined {
  const { attempt } = workflowInfo();
  const facts = someFacts(all);
  return attempt > 1 || shard || facts ? { kind: 'activity', attempt, shard, facts } : undefined;
}
