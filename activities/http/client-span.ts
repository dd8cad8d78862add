/**
 * The client span of a request, by OpenTelemetry's HTTP conventions, and the request's W3C headers.
 *
 * Created here, since an instrumentation may be missing, or may be configured to put headers, and so secrets, on
 * spans. Tracing is suppressed below this span, so that no instrumentation creates a second one.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-client-span
 */
import {
  type Attributes,
  context,
  defaultTextMapSetter,
  propagation,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import {
  CompositePropagator,
  suppressTracing,
  W3CBaggagePropagator,
  W3CTraceContextPropagator,
} from '@opentelemetry/core';
import { mayPropagate } from '../../core/propagation';
import { defined } from '../../core/util/defined';
import type { Incoming } from './exchange';
import type { TrafficMarks } from './traffic';

const W3C = new CompositePropagator({
  propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()],
});

/** Methods that the conventions know; any other one is `_OTHER`. */
const KNOWN_METHODS: ReadonlySet<string> = new Set(
  'CONNECT DELETE GET HEAD OPTIONS PATCH POST PUT QUERY TRACE'.split(' '),
);
/** Query parameters with signatures; the conventions require that their values are redacted. */
const SIGNATURES = ['AWSAccessKeyId', 'Signature', 'sig', 'X-Goog-Signature'];
const FIRST_ERROR_STATUS = 400;

/** The part of a request that its span describes. */
export interface SpanRequest {
  readonly method: string;
  readonly url: URL;
  readonly marks: TrafficMarks;
  /** Number of requests of the same call that were redirected before this one. */
  readonly resends: number;
  readonly redact: (text: string) => string;
}

/**
 * Sends a request in a client span.
 *
 * @param send sends the request with these headers of the trace in addition to its own; there
 *   are none if `propagateTo` leaves its host out
 */
export async function inClientSpan(
  request: SpanRequest,
  send: (traceHeaders: Readonly<Record<string, string>>) => Promise<Incoming>,
): Promise<Incoming> {
  const { method, url, redact, marks } = request;
  const name = KNOWN_METHODS.has(method) ? method : 'HTTP';
  const span = trace
    .getTracer('temporal-job-tracing')
    .startSpan(name, { kind: SpanKind.CLIENT, attributes: attributesOf(request) });
  const withSpan = propagation.setBaggage(trace.setSpan(context.active(), span), baggageOf(marks));
  const headers: Record<string, string> = {};
  if (mayPropagate(withSpan, url.hostname)) {
    // The propagators of the process (`OTEL_PROPAGATORS`), then W3C in any case.
    propagation.inject(withSpan, headers);
    W3C.inject(withSpan, headers, defaultTextMapSetter);
  }
  try {
    const answer = await context.with(suppressTracing(withSpan), () => send(headers));
    describeResponse(span, answer);
    return answer;
  } catch (error) {
    const { code, name, message } = error as NodeJS.ErrnoException;
    span.setAttribute('error.type', code ?? name);
    span.setStatus({ code: SpanStatusCode.ERROR, message: redact(message) });
    throw error;
  } finally {
    span.end();
  }
}

function attributesOf({ method, url, marks, resends, redact }: SpanRequest): Attributes {
  const isKnown = KNOWN_METHODS.has(method);
  const defaultPort = url.protocol === 'https:' ? 443 : 80;
  return defined({
    'http.request.method': isKnown ? method : '_OTHER',
    'http.request.method_original': isKnown ? undefined : method,
    'url.full': redact(withoutSignatures(url)),
    'server.address': url.hostname.replace(/^\[|\]$/g, ''),
    'server.port': url.port === '' ? defaultPort : Number(url.port),
    'http.request.resend_count': resends > 0 ? resends : undefined,
    'traffic.origin': marks.origin,
    'traffic.lane': marks.lane,
    'traffic.loadtest': marks.loadTest || undefined,
  });
}

function describeResponse(span: Span, { status, version, bytes }: Incoming): void {
  span.setAttributes({
    'http.response.status_code': status,
    'http.response.body.size': bytes,
    'network.protocol.version': version,
  });
  if (status < FIRST_ERROR_STATUS) return;
  span.setAttribute('error.type', String(status));
  span.setStatus({ code: SpanStatusCode.ERROR });
}

/** Returns the run's baggage with the marks of this request. */
function baggageOf({ origin, lane, loadTest }: TrafficMarks) {
  const runBaggage = propagation.getActiveBaggage() ?? propagation.createBaggage();
  let baggage = runBaggage.setEntry('traffic.origin', { value: origin });
  if (lane !== undefined) baggage = baggage.setEntry('traffic.lane', { value: lane });
  if (loadTest) baggage = baggage.setEntry('traffic.loadtest', { value: 'true' });
  return baggage;
}

/** Returns the URL with its signatures redacted. */
function withoutSignatures(url: URL): string {
  const shown = new URL(url);
  for (const name of SIGNATURES) if (shown.searchParams.has(name)) shown.searchParams.set(name, 'REDACTED');
  return shown.href;
}
