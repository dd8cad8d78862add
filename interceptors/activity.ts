/**
 * Interceptors of activities: the official interceptor creates the `RunActivity` span; ours passes it the W3C
 * header, regardless of `OTEL_PROPAGATORS`, and adds further attributes.
 *
 * Host code. The official interceptors are passed their tracers: their copy of the API may be another one,
 * without the process's provider, and they would record expected errors as failures (`expected-errors.ts`).
 * In a run that is not sampled, no span is created: only the header's context is active. An activity without
 * a trace gets its own (`untraced-activity.ts`).
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
import type { HostRule } from '../core/http/host-rule';
import { parsedBaggage, parsedTraceState } from '../core/parsed';
import { withHostRule } from '../core/propagation';
import { readTraceContext, TRACE_HEADER } from '../core/trace-header';
import type { SpanRef } from '../core/traceparent';
import { safely } from '../core/util/untrusted';
import type { SamplingPolicy } from '../sampling/policy';
import { ActivityCancellation } from './activity-cancellation';
import { storeHeaders } from './activity-context';
import { nameOfExpectedInNexus, tracerFor } from './expected-errors';
import { getLogAttributes } from './log-attributes';
import { parentOfUntraced } from './untraced-activity';

const W3C = new CompositePropagator({
  propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()],
});

/** Baggage entries that become attributes of the activity's span. */
const JOB_ATTRIBUTES = ['job.name', 'job.run.id', 'job.trigger'] as const;

/** Options of the activity interceptors. */
export interface ActivityTracingOptions {
  /** Called with the reason when a header is ignored. */
  readonly onIgnored: (why: string) => void;
  /** Returns the trace state of a sampled trace whose header has none, if it is known. */
  readonly traceStateOf: (traceId: string) => string | undefined;
  /** Whether requests carry trace context and baggage to a host. @default to all */
  readonly hostRule?: HostRule | undefined;
  /** Returns the policy for activities without a trace; `undefined` if they are not traced. */
  readonly policy: () => SamplingPolicy | undefined;
}

/** Returns the factory of activity interceptors for a worker. */
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
    // The job header is read only for `jobInfo()`.
    const { header = {}, problem } = readTraceContext(input.headers);
    if (problem !== undefined) this.#options.onIgnored(problem);
    const span = header.span ?? this.#parentOfUntraced(input.headers);
    const { hostRule } = this.#options;
    if (!span) return context.with(withHostRule(context.active(), hostRule), () => next(input));
    if (header.span) storeHeaders(this.#ctx, input.headers);
    const parent = withHostRule(contextOf(this.#withTraceState(span), header.baggage), hostRule);
    // Without the header, the official interceptor uses the active context instead of the process's
    // propagator.
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
    // From schedule to start: a slow activity has often waited for a worker.
    span.setAttribute('job.queue_time_ms', Math.max(0, Date.now() - currentAttemptScheduledTimestampMs));
    const baggage = propagation.getActiveBaggage();
    for (const name of JOB_ATTRIBUTES) {
      const value = baggage?.getEntry(name)?.value;
      if (value !== undefined) span.setAttribute(name, value);
    }
  }
}

/** Returns the context of a remote span and a received `baggage` header. */
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

/** Returns the interceptors of Nexus operations: the official ones, with the context from the W3C headers. */
export function nexusInterceptors(hostRule?: HostRule): NexusInterceptorsFactory {
  const contextOfCall = (headers: Record<string, string>) =>
    withHostRule(W3C.extract(ROOT_CONTEXT, headers, GETTER), hostRule);
  return (ctx) => {
    const official = new OpenTelemetryNexusInboundInterceptor(ctx, {
      tracer: tracerFor('@temporalio/interceptor-nexus', nameOfExpectedInNexus),
    });
    return {
      inbound: {
        startOperation: (input, next) =>
          context.with(contextOfCall(input.ctx.headers), () => official.startOperation(input, next)),
        cancelOperation: (input, next) =>
          context.with(contextOfCall(input.ctx.headers), () => official.cancelOperation(input, next)),
      },
      outbound: { getLogAttributes },
    };
  };
}

const GETTER = {
  get: (carrier: Record<string, string>, key: string) => carrier[key],
  keys: (carrier: Record<string, string>) => Object.keys(carrier),
};
