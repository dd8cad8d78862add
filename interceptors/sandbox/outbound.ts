/**
 * Calls that a workflow makes: each carries the trace onwards and, in a sampled run, is a span.
 *
 * Sandbox code: every method calls `next` synchronously and returns its very promise, so not one microtask is
 * added; a passive run passes through untouched.
 */
import { SpanName } from '@temporalio/interceptors-opentelemetry/lib/workflow/definitions';
import {
  ContinueAsNew,
  type Headers,
  LocalActivityDoBackoff,
  type WorkflowOutboundCallsInterceptor,
} from '@temporalio/workflow';
import { carrierOf, type JobPart, TRACE_HEADER, type TraceHeader, writeHeader } from '../shared/header';
import type { SpanRef } from '../shared/traceparent';
import { bindChild } from './child-attributes';
import { observe, untracked } from './observe';
import type { Run } from './run';
import type { RunState } from './run-state';
import type { SandboxSpan } from './span';

const isBackoff = (error: unknown) => error instanceof LocalActivityDoBackoff;
const isContinueAsNew = (error: unknown) => error instanceof ContinueAsNew;

export function outboundInterceptor(state: RunState): WorkflowOutboundCallsInterceptor {
  /** Starts the call's span and gives its header; the span is missing where none may be made. */
  function begin(run: Run, name: string): { span?: SandboxSpan; header: TraceHeader } {
    const parent = state.activeRef(run);
    const span = state.recording()?.start(name, parent);
    return { ...(span && { span }), header: headerFor(run, span?.ref ?? parent) };
  }

  function headerFor(run: Run, span: SpanRef): TraceHeader {
    return { span, baggage: state.activeBaggage(run) };
  }

  return {
    scheduleActivity(input, next) {
      const { run } = state;
      if (!run) return next(input);
      const { span, header } = begin(run, `${SpanName.ACTIVITY_START}:${input.activityType}`);
      return observe(next({ ...input, headers: withTrace(input.headers, header) }), span);
    },

    scheduleLocalActivity(input, next) {
      const { run } = state;
      if (!run) return next(input);
      const { span, header } = begin(run, `${SpanName.ACTIVITY_START}:${input.activityType}`);
      // A retry past the threshold passes here as an error; the SDK then comes back with the next attempt.
      return observe(next({ ...input, headers: withTrace(input.headers, header) }), span, isBackoff);
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
      if (!run) return next(input);
      const { span, header } = begin(run, `${SpanName.CHILD_WORKFLOW_START}:${input.workflowType}`);
      const isTopLevel = input.options.cronSchedule !== undefined && input.options.cronSchedule !== '';
      const part: JobPart = isTopLevel
        ? { kind: 'top' }
        : { kind: 'child', job: run.jobName, runId: run.jobRunId, trigger: run.trigger };
      const options = isTopLevel || !run.bound ? input.options : bindChild(input.options, run);
      const started = next({ ...input, options, headers: withTrace(input.headers, { ...header, part }) });
      // The span ends when the child has started: the child's own root tells the rest.
      if (span) void observe(untracked(started.then(([startedRun]) => startedRun)), span);
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

/** A child goes on in its parent's trace; a top-level run gets a trace of its own and inherits the decision. */
function continuedHeader(run: Run, header: TraceHeader): TraceHeader {
  if (run.kind === 'child') {
    const parent = run.parentSpanId === undefined ? run.root : { ...run.root, spanId: run.parentSpanId };
    const part: JobPart = { kind: 'child', job: run.jobName, runId: run.jobRunId, trigger: run.trigger };
    return { ...header, span: parent, part };
  }
  return { ...header, part: { kind: 'continued', sampled: run.root.sampled, trigger: run.trigger } };
}
