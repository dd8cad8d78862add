/**
 * The interceptor of clients that adds the trace header, with the job header of a start, to their calls.
 *
 * Host code. The header is W3C, regardless of `OTEL_PROPAGATORS`; the run determines its kind by the job header.
 */
import {
  type Context,
  context,
  defaultTextMapSetter,
  isSpanContextValid,
  propagation,
  trace,
} from '@opentelemetry/api';
import { W3CBaggagePropagator } from '@opentelemetry/core';
import type { Headers, WorkflowClientInterceptor } from '@temporalio/client';
import { ALL_BAGGAGE } from './baggage';
import { checkJobStartOptions, type JobStartOptions, metadataOfStart } from './jobs/start-options';
import { JOB_NAME_MEMO } from './search-attributes';
import { type JobHeader, TRACE_HEADER, type TraceHeader, writeHeader } from './trace-header';
import type { SpanRef } from './traceparent';
import { defined } from './util/defined';
import { hiddenMark } from './workflow-scope';

interface StartOptions {
  readonly job?: JobStartOptions;
  readonly memo?: Record<string, unknown>;
}

/**
 * Creates the interceptor, which adds the header of the active span to starts, signals and updates. It follows the
 * official interceptor in the list, so that the active span is the call's. Has no further effect if it is in the list
 * twice.
 *
 * @param carryBaggage compiled option `carryBaggage`
 */
export function createHeaderInterceptor(carryBaggage = ALL_BAGGAGE): WorkflowClientInterceptor {
  const withTrace = (headers: Headers, jobHeader?: JobHeader): Headers => ({
    ...headers,
    [TRACE_HEADER]: writeHeader(defined({ ...activeTrace(carryBaggage), jobHeader })),
  });

  function withStartHeader<T extends { readonly headers: Headers; readonly options: StartOptions }>(
    input: T,
  ): T {
    const options = withJobName(input.options);
    return { ...input, options, headers: withTrace(input.headers, jobHeaderOf(options.job)) };
  }

  return {
    ...MARK.as(true),
    start: (input, next) => next(withStartHeader(input)),
    startWithDetails: (input, next) => next(withStartHeader(input)),
    signalWithStart: (input, next) => next(withStartHeader(input)),
    startUpdateWithStart(input, next) {
      const options = withJobName(input.workflowStartOptions);
      return next({
        ...input,
        workflowStartOptions: options,
        workflowStartHeaders: withTrace(input.workflowStartHeaders, jobHeaderOf(options.job)),
        updateHeaders: withTrace(input.updateHeaders),
      });
    },
    signal: (input, next) => next({ ...input, headers: withTrace(input.headers) }),
    startUpdate: (input, next) => next({ ...input, headers: withTrace(input.headers) }),
  };
}

const MARK = hiddenMark<true>('header-interceptor');

/** Whether the interceptor is one of {@link createHeaderInterceptor}. */
export function isHeaderInterceptor(interceptor: unknown): boolean {
  return MARK.of(interceptor) === true;
}

/**
 * Checks the start option `job`, and adds the job's name to the memo: a search attribute that is not registered
 * would fail the start.
 */
function withJobName<T extends StartOptions>(options: T): T {
  const { job } = options;
  if (job === undefined) return options;
  checkJobStartOptions(job);
  if (job.name === undefined) return options;
  return { ...options, memo: { ...options.memo, [JOB_NAME_MEMO]: job.name } };
}

/** Returns the job header of a start. */
function jobHeaderOf(job: JobStartOptions = {}): JobHeader {
  return defined({
    kind: 'start' as const,
    forced: job.runNow === true,
    joinCaller: job.trace === 'caller',
    facts: metadataOfStart(job),
  });
}

const BAGGAGE = new W3CBaggagePropagator();

/**
 * Returns the active span and baggage of the caller; neither if there is none.
 *
 * @param carryBaggage compiled option `carryBaggage`
 */
export function activeTrace(carryBaggage = ALL_BAGGAGE): TraceHeader {
  const carrier: { baggage?: string } = {};
  const active = carrying(context.active(), carryBaggage);
  if (propagation.getBaggage(active)) BAGGAGE.inject(active, carrier, defaultTextMapSetter);
  return defined({ span: activeSpan(), baggage: carrier.baggage || undefined });
}

function activeSpan(): SpanRef | undefined {
  const span = trace.getSpanContext(context.active());
  if (!span || !isSpanContextValid(span)) return undefined;
  const { traceId, spanId, traceFlags, traceState } = span;
  return defined({
    traceId,
    spanId,
    sampled: (traceFlags & 1) === 1,
    traceState: traceState?.serialize(),
  });
}

/** Returns the context with only the baggage entries that a run carries on. */
function carrying(active: Context, carryBaggage: string): Context {
  const baggage = propagation.getBaggage(active);
  if (!baggage || carryBaggage === ALL_BAGGAGE) return active;
  const carried = carryBaggage.split(',');
  const names = baggage.getAllEntries().map(([name]) => name);
  const others = names.filter((name) => !carried.includes(name));
  return propagation.setBaggage(active, baggage.removeEntries(...others));
}
