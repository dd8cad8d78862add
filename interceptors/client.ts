/**
 * Around a client's calls: the official interceptor makes the spans; ours comes after it and writes the header
 * in W3C, whatever `OTEL_PROPAGATORS` says, with our own part, so that the run knows what it is.
 */
import { context, defaultTextMapSetter, isSpanContextValid, propagation, trace } from '@opentelemetry/api';
import { W3CBaggagePropagator } from '@opentelemetry/core';
import type { ClientOptions, Headers, WorkflowClientInterceptor } from '@temporalio/client';
import { OpenTelemetryWorkflowClientInterceptor } from '@temporalio/interceptors-opentelemetry/lib/client';
import { checkJobStartOptions, factsOfStart, type JobStartOptions } from '../core/jobs/start-options';
import { JOB_NAME_MEMO } from '../core/search-attributes';
import { type JobPart, TRACE_HEADER, type TraceHeader, writeHeader } from '../core/trace-header';
import { OptionError } from '../core/util/option-error';
import { nameOfExpectedInClient, tracerFor } from './expected-errors';

interface StartOptions {
  readonly job?: JobStartOptions;
  readonly memo?: Record<string, unknown>;
}

/** The interceptors of a client, in their order. */
export function clientInterceptors(): WorkflowClientInterceptor[] {
  // With a copy of the API of its own the official interceptor may not find the process's provider.
  const tracer = tracerFor('@temporalio/interceptor-client', nameOfExpectedInClient);
  return [new OpenTelemetryWorkflowClientInterceptor({ tracer }), headerInterceptor];
}

type ClientInterceptors = NonNullable<ClientOptions['interceptors']>;

/**
 * A client's interceptors with ours in front, once.
 *
 * @throws {OptionError} for the form of `interceptors.workflow` that the SDK has deprecated
 */
export function withClientInterceptors(users: ClientInterceptors = {}): ClientInterceptors {
  const given = users.workflow ?? [];
  if (!Array.isArray(given)) {
    throw new OptionError(
      'JobTracingPlugin: interceptors.workflow of the client is an object with factories, a form that the SDK ' +
        'has deprecated; give an array of interceptors',
      {
        subject: 'JobTracingPlugin',
        option: 'interceptors.workflow',
        expectation: 'an array of interceptors',
        value: given,
      },
    );
  }
  return given.includes(headerInterceptor)
    ? users
    : { ...users, workflow: [...clientInterceptors(), ...given] };
}

const headerInterceptor: WorkflowClientInterceptor = {
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

/** The job's name travels as a memo: a search attribute that is not registered would fail the start. */
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

/** The caller's span and baggage. */
function activeTrace(): TraceHeader {
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
