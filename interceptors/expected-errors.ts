/**
 * Tracers for the official interceptors, whose spans are not errors where what was thrown is what somebody asked for: a
 * cancellation, a start that is there already, a failure that its author calls benign.
 *
 * Host code. Such a span has no status and no exception; `error.type` names what was thrown. Workflow spans follow the
 * same policy (`export/describe.ts`).
 */
import { type Span, type SpanStatus, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';
import { isGrpcCancelledError, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import { safely } from '../core/util/untrusted';

/** The name of an error that is none for tracing; `undefined` for every other. May throw what user code throws. */
type NameOfExpected = (error: unknown) => string | undefined;

/** @param nameOfExpected names further expected errors, besides benign failures */
export function tracerFor(scope: string, nameOfExpected: NameOfExpected): Tracer {
  const tracer = trace.getTracer(scope);
  const nameOf = (error: unknown) => safely(() => nameOfBenign(error) ?? nameOfExpected(error));
  // The one form that the official interceptors use.
  const startActiveSpan = (name: string, fn: (span: Span) => unknown) =>
    tracer.startActiveSpan(name, (span) => fn(lenient(span, nameOf)));
  return { startSpan: tracer.startSpan.bind(tracer), startActiveSpan } as Tracer;
}

/** Names what a client throws where nothing is wrong. */
export function nameOfExpectedInClient(error: unknown): string | undefined {
  if (error instanceof WorkflowExecutionAlreadyStartedError) return error.name;
  return isGrpcCancelledError(error) ? 'CancelledFailure' : undefined;
}

/** Names what a Nexus operation throws to say that it was cancelled on request. */
export function nameOfExpectedInNexus(error: unknown): string | undefined {
  const { name, state } = error as { readonly name?: unknown; readonly state?: unknown };
  return name === 'OperationError' && state === 'canceled' ? name : undefined;
}

function nameOfBenign(error: unknown): string | undefined {
  const isBenign =
    error instanceof ApplicationFailure && error.category === ApplicationFailureCategory.BENIGN;
  return isBenign ? (error.type ?? error.name) : undefined;
}

/** The span, whose status waits until it is known what was thrown: the official interceptors set it first. */
function lenient(span: Span, nameOf: NameOfExpected): Span {
  let waiting: SpanStatus | undefined;
  const members: Partial<Span> = {
    setStatus(status) {
      if (status.code === SpanStatusCode.OK) span.setStatus(status);
      else waiting = status;
      return this as Span;
    },
    recordException(error, time) {
      const name = nameOf(error);
      if (name !== undefined) {
        waiting = undefined;
        span.setAttribute('error.type', name);
        return;
      }
      span.recordException(error, time);
    },
    end(time) {
      if (waiting) span.setStatus(waiting);
      span.end(time);
    },
  };
  return new Proxy(span, {
    get(target, key) {
      const value = members[key as keyof Span] ?? Reflect.get(target, key);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
