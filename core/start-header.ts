/**
 * Interceptor of a client's calls: adds the trace header, in W3C form whatever `OTEL_PROPAGATORS` is, with the job
 * header, from which the run determines its kind. Host code.
 */
import { context, defaultTextMapSetter, isSpanContextValid, propagation, trace } from '@opentelemetry/api';
import { W3CBaggagePropagator } from '@opentelemetry/core';
import type { Headers, WorkflowClientInterceptor } from '@temporalio/client';
import { checkJobStartOptions, factsOfStart, type JobStartOptions } from './jobs/start-options';
import { JOB_NAME_MEMO } from './search-attributes';
import { type JobPart, TRACE_HEADER, type TraceHeader, writeHeader } from './trace-header';

interface StartOptions {
  readonly job?: JobStartOptions;
  readonly memo?: Record<string, unknown>;
}

/** Must come after the official interceptor, whose span is then the active one. A second one has no further effect. */
export const headerInterceptor: WorkflowClientInterceptor = {
  start: (input, next) => next(started(input)),
  startWithDetails: (input, next) => next(started(input)),
  signalWithStart: (input, next) => next(started(input)),
  startUpdateWithStart(input, next) {
    const options = named(input.workflowStartOptions);
    const workflowStartHeaders = withTrace(input.workflowStartHeaders, partOf(options.job));
    return next({
      ...input,
      workflowStartOptions: options,
      workflowStartHeaders,
      updateHeaders: withTrace(input.updateHeaders),
    });
  },
  signal: (input, next) => next({ ...input, headers: withTrace(input.headers) }),
  startUpdate: (input, next) => next({ ...input, headers: withTrace(input.headers) }),
};

function started<T extends { readonly headers: Headers; readonly options: StartOptions }>(input: T): T {
  const options = named(input.options);
  return { ...input, options, headers: withTrace(input.headers, partOf(options.job)) };
}

/** Adds the job's name as a memo: as a search attribute that is not registered, it would fail the start. */
function named<T extends StartOptions>(options: T): T {
  const { job } = options;
  if (job === undefined) return options;
  checkJobStartOptions(job);
  return job.name === undefined
    ? options
    : { ...options, memo: { ...options.memo, [JOB_NAME_MEMO]: job.name } };
}

function partOf(job: JobStartOptions = {}): JobPart {
  const facts = factsOfStart(job);
  const part = { kind: 'start', forced: job.runNow === true, joinCaller: job.trace === 'caller' } as const;
  return facts ? { ...part, facts } : part;
}

function withTrace(headers: Headers, part?: JobPart): Headers {
  return { ...headers, [TRACE_HEADER]: writeHeader({ ...activeTrace(), ...(part && { part }) }) };
}

const BAGGAGE = new W3CBaggagePropagator();

/** Returns a trace header with the active span and baggage of the caller. */
export function activeTrace(): TraceHeader {
  const active = context.active();
  const span = trace.getSpanContext(active);
  const carrier: { baggage?: string } = {};
  if (propagation.getBaggage(active)) BAGGAGE.inject(active, carrier, defaultTextMapSetter);
  return {
    ...(span &&
      isSpanContextValid(span) && {
        span: {
          traceId: span.traceId,
          spanId: span.spanId,
          sampled: (span.traceFlags & 1) === 1,
          ...(span.traceState && { traceState: span.traceState.serialize() }),
        },
      }),
    ...(carrier.baggage && { baggage: carrier.baggage }),
  };
}
