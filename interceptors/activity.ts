/**
 * Around activities: the official interceptor makes the `RunActivity` span; ours feeds it the header in W3C,
 * whatever `OTEL_PROPAGATORS` says, and adds what it does not know.
 *
 * Host code. The official interceptors are given their tracers: their copy of the API may be another one, which does not
 * find the process's provider; and what they call an error may be none (`expected-errors.ts`). In a run that is not sampled no span is made: the header's context is active, and
 * nothing else. An activity without a trace has one of its own (`untraced-activity.ts`).
 */
import { type Context, context, propagation, ROOT_CONTEXT, TraceFlags, trace } from '@opentelemetry/api';
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import type { Context as ActivityContext } from '@temporalio/activity';
import type { Headers } from '@temporalio/common';
import {
  OpenTelemetryActivityInboundInterceptor,
  OpenTelemetryNexusInboundInterceptor,
} from '@temporalio/interceptors-opentelemetry/lib/worker';
import type {
  ActivityInboundCallsInterceptor,
  ActivityInterceptorsFactory,
  NexusInterceptorsFactory,
} from '@temporalio/worker';
import { parsedBaggage, parsedTraceState } from '../core/parsed';
import { readHeader, TRACE_HEADER } from '../core/trace-header';
import type { SpanRef } from '../core/traceparent';
import { safely } from '../core/util/untrusted';
import type { SamplingPolicy } from '../sampling/policy';
import { ActivityCancellation } from './activity-cancellation';
import { keepHeaders } from './activity-context';
import { nameOfExpectedInNexus, tracerFor } from './expected-errors';
import { getLogAttributes } from './log-attributes';
import { parentOfUntraced } from './untraced-activity';

const W3C = new CompositePropagator({
  propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()],
});

/** Baggage entries that become attributes of the activity's span. */
const JOB_ATTRIBUTES = ['job.name', 'job.run.id', 'job.trigger'] as const;

/** What the interceptors of activities need. */
export interface ActivityTracingOptions {
  /** Told why a header was ignored. */
  readonly onIgnored: (why: string) => void;
  /** The trace state of a sampled trace whose header has none, where it is known. */
  readonly traceStateOf: (traceId: string) => string | undefined;
  /** By what activities without a trace are decided about; `undefined`: they are left alone. */
  readonly policy: () => SamplingPolicy | undefined;
}

export function activityInterceptors(options: ActivityTracingOptions): ActivityInterceptorsFactory {
  return (ctx) => ({ inbound: new ActivityTracing(ctx, options), outbound: { getLogAttributes } });
}

class ActivityTracing implements ActivityInboundCallsInterceptor {
  readonly #ctx: ActivityContext;
  readonly #options: ActivityTracingOptions;

  constructor(ctx: ActivityContext, options: ActivityTracingOptions) {
    this.#ctx = ctx;
    this.#options = options;
  }

  execute: NonNullable<ActivityInboundCallsInterceptor['execute']> = (input, next) => {
    const { header = {}, problem } = readHeader(input.headers, noPart);
    if (problem !== undefined) this.#options.onIgnored(problem);
    const span = header.span ?? this.#parentOfUntraced(input.headers);
    if (!span) return next(input);
    if (header.span) keepHeaders(this.#ctx, input.headers);
    const parent = contextOf(this.#withTraceState(span), header.baggage);
    // The official interceptor would read the header with the process's own propagator: the context is enough.
    const { [TRACE_HEADER]: _, ...headers } = input.headers;
    const traced = { ...input, headers };
    if (!span.sampled) return context.with(parent, () => next(traced));
    const cancellation = new ActivityCancellation(this.#ctx);
    const official = new OpenTelemetryActivityInboundInterceptor(this.#ctx, {
      tracer: tracerFor('@temporalio/interceptor-activity', (error) => cancellation.nameOfExpected(error)),
    });
    return context.with(parent, () =>
      official.execute(traced, (inner) => {
        this.#describe();
        return next(inner);
      }),
    );
  };

  #parentOfUntraced(headers: Headers): SpanRef | undefined {
    // The policy's store may be the user's own.
    return safely(() => {
      const policy = this.#options.policy();
      return policy && parentOfUntraced(this.#ctx.info, headers, policy);
    });
  }

  #withTraceState(span: SpanRef): SpanRef {
    const traceState =
      span.traceState ?? (span.sampled ? this.#options.traceStateOf(span.traceId) : undefined);
    return traceState === undefined ? span : { ...span, traceState };
  }

  #describe(): void {
    const span = trace.getActiveSpan();
    if (!span?.isRecording()) return;
    const { currentAttemptScheduledTimestampMs, attempt } = this.#ctx.info;
    span.setAttribute('job.activity.attempt', attempt);
    // "Slow" is often "no worker": from schedule to start.
    span.setAttribute('job.queue_time_ms', Math.max(0, Date.now() - currentAttemptScheduledTimestampMs));
    const baggage = propagation.getActiveBaggage();
    for (const name of JOB_ATTRIBUTES) {
      const value = baggage?.getEntry(name)?.value;
      if (value !== undefined) span.setAttribute(name, value);
    }
  }
}

/** The context of a span elsewhere, with a `baggage` header as it was received. */
function contextOf({ traceId, spanId, sampled, traceState }: SpanRef, baggage: string | undefined): Context {
  const parent = trace.setSpanContext(ROOT_CONTEXT, {
    traceId,
    spanId,
    traceFlags: sampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
    isRemote: true,
    ...(traceState !== undefined && { traceState: parsedTraceState(traceState) }),
  });
  const entries = baggage && parsedBaggage(baggage);
  return entries ? propagation.setBaggage(parent, entries) : parent;
}

/** Our part is read when somebody asks for the activity's job. */
function noPart(): undefined {
  return undefined;
}

/** Nexus operations: the official interceptors, fed the headers in W3C. */
export function nexusInterceptors(): NexusInterceptorsFactory {
  return (ctx) => {
    const official = new OpenTelemetryNexusInboundInterceptor(ctx, {
      tracer: tracerFor('@temporalio/interceptor-nexus', nameOfExpectedInNexus),
    });
    return {
      inbound: {
        startOperation: (input, next) =>
          context.with(W3C.extract(ROOT_CONTEXT, input.ctx.headers, GETTER), () =>
            official.startOperation(input, next),
          ),
        cancelOperation: (input, next) =>
          context.with(W3C.extract(ROOT_CONTEXT, input.ctx.headers, GETTER), () =>
            official.cancelOperation(input, next),
          ),
      },
      outbound: { getLogAttributes },
    };
  };
}

const GETTER = {
  get: (carrier: Record<string, string>, key: string) => carrier[key],
  keys: (carrier: Record<string, string>) => Object.keys(carrier),
};
