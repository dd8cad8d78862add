/** A workflow that passes invalid values to `@opentelemetry/api`. */
import { type Attributes, context, propagation, type Span, type Tracer, trace } from '@opentelemetry/api';
import { proxyActivities } from '@temporalio/workflow';
import type * as activities from '../activities';
import { hostileValues } from '../hostile';

const { callDownstream } = proxyActivities<typeof activities>({ startToCloseTimeout: '30s' });

/** Passes the value wherever user code can pass one. */
function misuse(tracer: Tracer, span: Span, value: unknown): void {
  const any = value as never;
  span.setAttribute('value', any).setAttribute(any, 'key');
  span.setAttributes(any).setAttributes({ value: any });
  span.addEvent(any, any, any).addEvent('event', { value: any }, any);
  span.addLink({ context: any, attributes: any }).addLink(any);
  span.addLinks(any).addLinks([any]);
  span.setStatus(any).setStatus({ code: any, message: any });
  span.recordException(any, any);
  span.recordException({ name: any, message: any, stack: any, code: any });
  const started = [
    tracer.startSpan(any, any),
    tracer.startSpan('started', { attributes: any, links: any, kind: any, startTime: any, root: any }),
    tracer.startSpan('started', {
      attributes: { value: any },
      links: [any, { context: any, attributes: any }],
    }),
    trace.getTracer(any, any).startSpan('started'),
  ];
  for (const each of started) {
    each.updateName(any).updateName('started');
    each.end(any);
  }
}

function tenThousandOf(span: Span): void {
  const attributes: Attributes = {};
  for (let i = 0; i < 10_000; i++) attributes[`k${i}`] = i;
  span.setAttributes(attributes).setAttribute('text', 'x'.repeat(10_000_000));
  for (let i = 0; i < 10_000; i++) span.addEvent(`event ${i}`, attributes);
}

/**
 * Misuses its root span, a span of its own and baggage; then calls the downstream service. Returns the errors, and the
 * `baggage` header that the service received.
 */
export async function hostile(): Promise<[thrown: string[], baggage: string]> {
  const thrown: string[] = [];
  const tracer = trace.getTracer('user');
  const root = trace.getActiveSpan();
  const own = tracer.startSpan('own');
  for (const [what, value] of hostileValues()) {
    for (const span of [root, own]) {
      try {
        if (span) misuse(tracer, span, value);
      } catch (error) {
        thrown.push(`${what}: ${String(error)}`);
      }
    }
  }
  root?.setAttribute('good', 'kept');
  tenThousandOf(own);
  own.end();

  const entries: [string, unknown][] = [
    ['line\r\nx-evil: 1', 'value'],
    ['half', '\ud800'],
    ['good', 'kept'],
  ];
  let baggage = propagation.createBaggage();
  for (const [name, value] of [...entries, ...hostileValues()])
    baggage = baggage.setEntry(name, { value: value as string });
  const headers = await context.with(propagation.setBaggage(context.active(), baggage), () =>
    callDownstream(),
  );
  return [thrown, JSON.parse(headers).baggage];
}
