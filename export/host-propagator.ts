/**
 * Withholds trace context and baggage from requests to hosts that the option `propagateTo` leaves out; their spans
 * stay.
 *
 * A propagator is not given the host of a request. The instrumentations of `http` and `undici` call a hook with the
 * request just before they inject, so the hook marks what the propagator is given: the headers (`http`) or the span
 * (`undici`), which may be one that records nothing. Other instrumentations put the host on the span before they
 * inject.
 */
import {
  type Context,
  context,
  type Span,
  SpanKind,
  type TextMapPropagator,
  type TextMapSetter,
  trace,
} from '@opentelemetry/api';
import type { HttpInstrumentationConfig } from '@opentelemetry/instrumentation-http';
import type { UndiciInstrumentationConfig } from '@opentelemetry/instrumentation-undici';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { mayPropagate } from '../core/propagation';

type HttpHook = NonNullable<HttpInstrumentationConfig['startOutgoingSpanHook']>;
type UndiciHook = NonNullable<UndiciInstrumentationConfig['requestHook']>;

/** Marks headers and spans of requests that carry nothing. Shared by all copies of this package. */
const WITHHELD = Symbol.for('temporal-job-tracing.withheld');
/** Kinds of spans whose host is that of the receiver. */
const OUTGOING: readonly (SpanKind | undefined)[] = [SpanKind.CLIENT, SpanKind.PRODUCER];
/** Attributes with the host, of the stable conventions and of those before. */
const HOST_ATTRIBUTES = ['server.address', 'net.peer.name'];

/** Returns the propagator with the rule of the context that is injected. */
export function byHost(propagator: TextMapPropagator): TextMapPropagator {
  return {
    inject(active: Context, carrier: unknown, setter: TextMapSetter) {
      if (!isWithheld(active, carrier)) propagator.inject(active, carrier, setter);
    },
    extract: (active, carrier, getter) => propagator.extract(active, carrier, getter),
    fields: () => propagator.fields(),
  };
}

function isWithheld(active: Context, carrier: unknown): boolean {
  const span = trace.getSpan(active);
  if (isMarked(carrier)) return Reflect.deleteProperty(carrier, WITHHELD);
  if (isMarked(span)) return true;
  const host = span && hostOf(span);
  return host !== undefined && !mayPropagate(active, host);
}

/** Hook of `http`: marks the headers of a request, which the instrumentation copies and then injects into. */
export function markingHeaders(usersHook?: HttpHook): HttpHook {
  return (request) => {
    // As Node.js reads them.
    const host = request.hostname || request.host || 'localhost';
    if (!mayPropagate(context.active(), host)) request.headers = mark({ ...request.headers });
    return usersHook?.(request) ?? {};
  };
}

/** Hook of `undici`: marks the span of a request, which is then in the context that is injected. */
export function markingSpan(usersHook?: UndiciHook): UndiciHook {
  return (span, request) => {
    const { hostname } = new URL(request.origin);
    if (!mayPropagate(context.active(), hostname)) mark(span);
    usersHook?.(span, request);
  };
}

function mark<T extends object>(object: T): T {
  return Object.assign(object, { [WITHHELD]: true });
}

function isMarked(object: unknown): object is object {
  return typeof object === 'object' && object !== null && WITHHELD in object;
}

/** Returns the host in the attributes of a span for an outgoing call; `undefined` if it has none. */
function hostOf(span: Span): string | undefined {
  const { kind, attributes = {} }: Partial<ReadableSpan> = span as object;
  if (!OUTGOING.includes(kind)) return undefined;
  return HOST_ATTRIBUTES.map((name) => attributes[name]).find((value) => typeof value === 'string');
}
