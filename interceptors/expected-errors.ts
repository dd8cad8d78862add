/**
 * Tracers for the official interceptors that do not record expected errors as failures: a requested
 * cancellation, a run that is already started, a benign application failure.
 *
 * Host code. The span of an expected error has no error status and no exception; `error.type` has its name.
 * Workflow spans follow the same policy (`export/describe.ts`).
 */
import { type Span, type SpanStatus, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';
import { isGrpcCancelledError, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import { safely } from '../core/util/untrusted';

/** Returns the name of an expected error; `undefined` for any other. Getters of user code may throw. */
type NameOfExpected = (error: unknown) => string | undefined;

/**
 * Returns a tracer whose spans do not fail by expected errors.
 *
 * @param nameOfExpected returns the names of expected errors in addition to benign failures
 */
export function tracerFor(scope: string, nameOfExpected: NameOfExpected): Tracer {
  const tracer = trace.getTracer(scope);
  const nameOf = (error: unknown) => safely(() => nameOfBenign(error) ?? nameOfExpected(error));
  // The official interceptors use no other form of startActiveSpan.
  const startActiveSpan = (name: string, fn: (span: Span) => unknown) =>
    tracer.startActiveSpan(name, (span) => fn(lenient(span, nameOf)));
  return { startSpan: tracer.startSpan.bind(tracer), startActiveSpan } as Tracer;
}

/** Returns the name of an expected error of a client call; `undefined` for any other. */
export function nameOfExpectedInClient(error: unknown): string | undefined {
  if (error instanceof WorkflowExecutionAlreadyStartedError) return error.name;
  return isGrpcCancelledError(error) ? 'CancelledFailure' : undefined;
}

/**
 * Returns the name of the error of a Nexus operation that was cancelled on request; `undefined` for any
 * other.
 */
export function nameOfExpectedInNexus(error: unknown): string | undefined {
  const { name, state } = error as { readonly name?: unknown; readonly state?: unknown };
  return name === 'OperationError' && state === 'canceled' ? name : undefined;
}

function nameOfBenign(error: unknown): string | undefined {
  const isBenign =
    error instanceof ApplicationFailure && error.category === ApplicationFailureCategory.BENIGN;
  return isBenign ? (error.type ?? error.name) : undefined;
}

/**
 * Returns the span with an error status that is deferred until the end, since the official interceptors set the
 * status before they record the error. An expected error sets `error.type` instead.
 */
function lenient(span: Span, nameOf: NameOfExpected): Span {
  let deferred: SpanStatus | undefined;
  const members: Partial<Span> = {
    setStatus(status) {
      if (status.code === SpanStatusCode.OK) span.setStatus(status);
      else deferred = status;
      return this as Span;
    },
    recordException(error, time) {
      const name = nameOf(error);
      if (name !== undefined) {
        deferred = undefined;
        span.setAttribute('error.type', name);
        return;
      }
      span.recordException(error, time);
    },
    end(time) {
      if (deferred) span.setStatus(deferred);
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
