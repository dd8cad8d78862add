/**
 * Calls that a workflow makes: each propagates the trace and, in a sampled run, has a span.
 *
 * Sandbox code: every method calls `next` synchronously and returns the same promise, so no microtask is
 * added. User code may have replaced built-ins, or made any object the active context: an error on our side
 * of a call costs the call its span or its header, and nothing else.
 */

import { SpanName } from '@temporalio/interceptors-opentelemetry/lib/workflow/definitions';
import {
  type ChildWorkflowOptions,
  type Headers,
  type WorkflowOutboundCallsInterceptor,
  workflowInfo,
} from '@temporalio/workflow';
import { childKindOf, type ShardStart } from '../../core/child-kind';
import { nonEmpty, standingMetadata } from '../../core/job-metadata';
import { MAX_NEXUS_HEADER_BYTES, utf8Length } from '../../core/server-limits';
import {
  carrierOf,
  type JobHeader,
  type TopLevelHeader,
  type TraceHeader,
  withHeader,
  writeHeader,
} from '../../core/trace-header';
import { safely } from '../../core/util/untrusted';
import { reduced } from './allowance';
import { bindChild } from './child-attributes';
import { observe } from './observe';
import type { Run } from './run';
import type { RunState } from './run-state';
import { untracked } from './sdk-internals';
import type { RecordingSpan } from './span';

/** Bytes of a bound child's attributes, not counting the job's name. */
const ATTRIBUTES_BYTES = 700;

type ChildInput = Parameters<NonNullable<WorkflowOutboundCallsInterceptor['startChildWorkflowExecution']>>[0];

/** The input of a call and its span; without a span where none may be created. */
interface Prepared<Input> {
  readonly input: Input;
  readonly span?: RecordingSpan | undefined;
  /** Whether the call starts a child in a trace of its own. */
  readonly hasOwnTrace?: boolean;
}

/** Returns the outbound interceptor of a traced run, sampled or not. */
export function outboundInterceptor(state: RunState, run: Run): WorkflowOutboundCallsInterceptor {
  /**
   * Starts the call's span and returns it with the header; without a span where none may be created.
   *
   * @param seq sequence number of the call, if the SDK numbers its kind
   */
  function startSpan(name: string, seq?: number): { span: RecordingSpan | undefined; header: TraceHeader } {
    const parent = state.activeRef(run);
    const span = state.recording()?.start(name, parent, { key: seq });
    const item = state.activeItem();
    if (item !== undefined) span?.setAttribute('job.item.key', item);
    return { span, header: { span: span?.ref ?? parent, baggage: state.activeBaggage(run) } };
  }

  /**
   * Starts the call's span and adds its header; returns the user's input unchanged if that fails.
   *
   * @param addHeader returns the input with the header
   */
  function prepare<Input>(
    input: Input,
    name: string,
    seq: number | undefined,
    addHeader: (header: TraceHeader) => Input,
  ): Prepared<Input> {
    const prepared = safely(() => {
      const { span, header } = startSpan(name, seq);
      return { span, input: addHeader(header) };
    });
    return prepared ?? { input };
  }

  /**
   * Adds the header to a call that goes to the server, as far as there is room for it.
   *
   * @param isNeeded whether the receiver needs the header to determine its own kind
   */
  function withTrace<Input extends { readonly headers: Headers }>(
    input: Input,
    header: TraceHeader,
    isNeeded = false,
  ): Input {
    const { allowance } = state;
    const load = allowance.load(isNeeded);
    if (load === 'none') return input;
    const payload = writeHeader(load === 'all' ? header : reduced(header, load, run));
    allowance.add(payload.data?.length ?? 0);
    return withHeader(input, payload);
  }

  /** Returns the child's start with its search attributes, if there is room for them. */
  function withAttributes<Input extends { readonly options: ChildWorkflowOptions }>(
    input: Input,
    shard?: ShardStart,
  ): Input {
    const { allowance } = state;
    if (!run.bound || allowance.load(shard !== undefined) === 'none') return input;
    allowance.add(ATTRIBUTES_BYTES + utf8Length(run.jobName));
    return bindChild(input, run, shard);
  }

  /**
   * Schedules an activity or local activity; a local one's retry after its threshold is a call of its own.
   */
  function callActivity<
    Input extends { readonly headers: Headers; readonly seq: number; readonly activityType: string },
  >(
    input: Input,
    next: (input: Input) => Promise<unknown>,
    addHeader: (input: Input, header: TraceHeader) => Input,
  ): Promise<unknown> {
    const name = `${SpanName.ACTIVITY_START}:${input.activityType}`;
    const { span, input: traced } = prepare(input, name, input.seq, (header) =>
      addHeader(input, { ...header, jobHeader: activityHeader(run) }),
    );
    const promise = next(traced);
    return observe(
      promise,
      safely(() => state.calls.expect('activity', input.seq, span)),
    );
  }

  function prepareChild(input: ChildInput): Prepared<ChildInput> {
    const kind = childKindOf(input.options);
    if (kind?.kind === 'shard')
      return {
        input: withTrace(withAttributes(input, kind), shardHeader(run, kind, state.activeBaggage(run)), true),
      };
    const jobHeader = headerOfChild(run, input.options, kind);
    const hasOwnTrace = jobHeader.kind === 'top';
    const name = `${SpanName.CHILD_WORKFLOW_START}:${input.workflowType}`;
    const prepared = prepare(input, name, input.seq, (header) =>
      withTrace(hasOwnTrace ? input : withAttributes(input), { ...header, jobHeader }, hasOwnTrace),
    );
    return { ...prepared, hasOwnTrace };
  }

  return {
    scheduleActivity: (input, next) => callActivity(input, next, withTrace),
    // A local activity's header does not leave the worker.
    scheduleLocalActivity: (input, next) =>
      callActivity(input, next, (call, header) => withHeader(call, writeHeader(header))),

    startNexusOperation(input, next) {
      const name = `${SpanName.NEXUS_OPERATION_START}:${input.service}/${input.operation}`;
      const { span, input: traced } = prepare(input, name, input.seq, (header) => ({
        ...input,
        headers: withNexusTrace(input.headers, header),
      }));
      return observe(next(traced), span);
    },

    startChildWorkflowExecution(input, next) {
      const prepared: Prepared<ChildInput> = safely(() => prepareChild(input)) ?? { input };
      const { span, hasOwnTrace } = prepared;
      const started = next(prepared.input);
      // The span ends when the child has started: the child's own root span covers the rest.
      safely(() => {
        const open = state.calls.expect('childWorkflowStart', input.seq, span, hasOwnTrace);
        if (open) void observe(untracked(started.then(([startedRun]) => startedRun)), open);
      });
      return started;
    },

    continueAsNew(input, next) {
      const name = `${SpanName.CONTINUE_AS_NEW}:${input.options.workflowType}`;
      const { span, input: traced } = prepare(input, name, undefined, (header) =>
        withTrace(input, { ...header, ...continuation(run) }, true),
      );
      return observe(next(traced), span);
    },

    signalWorkflow(input, next) {
      const name = `${SpanName.WORKFLOW_SIGNAL}:${input.signalName}`;
      const { span, input: traced } = prepare(input, name, input.seq, (header) => withTrace(input, header));
      return observe(next(traced), span);
    },

    getLogAttributes(input, next) {
      const active = safely(() => state.activeRef(run));
      if (!active) return next(input);
      const { traceId, spanId, sampled } = active;
      return next({ trace_id: traceId, span_id: spanId, trace_flags: sampled ? '01' : '00', ...input });
    },
  };
}

/** Returns the Nexus headers with those of the trace, as far as the server accepts them. */
function withNexusTrace(
  users: Readonly<Record<string, string>>,
  header: TraceHeader,
): Record<string, string> {
  const { baggage: _, ...withoutBaggage } = header;
  const candidates = [carrierOf(header), carrierOf(withoutBaggage)].map((ours) => ({ ...users, ...ours }));
  return candidates.find((headers) => headerBytes(headers) <= MAX_NEXUS_HEADER_BYTES) ?? users;
}

function headerBytes(headers: Readonly<Record<string, string>>): number {
  return Object.entries(headers).reduce((sum, field) => sum + utf8Length(field.join('')), 0);
}

/**
 * Returns the job header of a child: a top-level run if it has a cron or is marked as one, else an ordinary
 * child in its parent's trace.
 */
function headerOfChild(run: Run, { cronSchedule }: ChildWorkflowOptions, kind?: TopLevelHeader): JobHeader {
  return cronSchedule || kind
    ? { facts: nonEmpty(standingMetadata(run.metadata)), ...(kind ?? { kind: 'top' }) }
    : { kind: 'child', ...jobOf(run) };
}

/**
 * Returns the header of a shard: its trace is the shard's own; its span and the job header identify the
 * parent.
 */
function shardHeader(run: Run, { traceId, sampled, shard }: ShardStart, baggage: string): TraceHeader {
  const { root } = run;
  return {
    span: { traceId, spanId: root.spanId, sampled },
    baggage,
    jobHeader: { kind: 'shard', ...jobOf(run), shard, parentTraceId: root.traceId },
  };
}

/**
 * Returns the header of a continuation: a child stays in its parent's trace, a shard in its own; a top-level
 * run gets a new trace and inherits the decision.
 */
function continuation(run: Run): TraceHeader {
  const { root, shard, trigger, metadata, parentSpanId = root.spanId } = run;
  if (run.kind === 'top')
    return { jobHeader: { kind: 'continued', sampled: root.sampled, trigger, facts: nonEmpty(metadata) } };
  const job = jobOf(run);
  const jobHeader: JobHeader = shard ? { kind: 'shard', ...job, shard } : { kind: 'child', ...job };
  return { span: { ...root, spanId: parentSpanId }, jobHeader };
}

/** Returns the run's job, as the headers of children and shards have it. */
function jobOf({ jobName, jobRunId, trigger, metadata }: Run) {
  return { job: jobName, runId: jobRunId, trigger, facts: nonEmpty(metadata) };
}

/** Returns the job header of an activity: what it cannot determine by itself; `undefined` for most. */
function activityHeader({ metadata, shard }: Run): JobHeader | undefined {
  const { attempt } = workflowInfo();
  const facts = nonEmpty(metadata);
  return attempt > 1 || shard || facts ? { kind: 'activity', attempt, shard, facts } : undefined;
}
