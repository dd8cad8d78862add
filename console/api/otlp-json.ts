/**
 * Converts a trace to OTLP JSON, which any back end or viewer can import. Pure.
 *
 * @see https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */

import { defined } from '../../core/util/defined';
import type { Attribute, AttributeValue, SpanScope, SpanSender, Trace, TraceSpan } from '../sources/index';
import { isListValue } from '../timeline/span';

/** `SpanKind` of OTLP. */
const KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'];
const STATUS = ['unset', 'ok', 'error'];

/** Returns the request that exports the trace, grouped by sender and instrumentation scope. */
export function otlpJson({ traceId, spans }: Trace): { readonly resourceSpans: readonly unknown[] } {
  const bySender = new Map<SpanSender, Map<string, { scope: SpanScope; spans: TraceSpan[] }>>();
  for (const span of spans) {
    const scopes = bySender.get(span.sender) ?? new Map<string, { scope: SpanScope; spans: TraceSpan[] }>();
    bySender.set(span.sender, scopes);
    const key = JSON.stringify([span.scope.name, span.scope.version]);
    const scope = scopes.get(key);
    if (scope) scope.spans.push(span);
    else scopes.set(key, { scope: span.scope, spans: [span] });
  }
  return {
    resourceSpans: Array.from(bySender, ([sender, scopes]) => ({
      resource: { attributes: sender.resource.map(keyValue) },
      scopeSpans: Array.from(scopes.values(), ({ scope, spans: each }) => ({
        scope,
        spans: each.map((span) => otlpSpan(traceId, span)),
      })),
    })),
  };
}

function otlpSpan(traceId: string, span: TraceSpan): unknown {
  const { spanId, parentSpanId, traceState, flags, name, statusMessage } = span;
  return {
    traceId,
    spanId,
    ...defined({ parentSpanId, traceState }),
    flags,
    name,
    kind: KINDS.indexOf(span.kind),
    startTimeUnixNano: span.startNanos,
    endTimeUnixNano: span.endNanos,
    attributes: span.attributes.map(keyValue),
    droppedAttributesCount: span.dropped,
    events: span.events.map((event) => ({
      name: event.name,
      timeUnixNano: event.nanos,
      attributes: event.attributes.map(keyValue),
    })),
    links: span.links.map((link) => ({
      traceId: link.traceId,
      spanId: link.spanId,
      attributes: link.attributes.map(keyValue),
    })),
    status: {
      code: STATUS.indexOf(span.status),
      ...defined({ message: statusMessage }),
    },
  };
}

function keyValue([key, value]: Attribute): unknown {
  return { key, value: anyValue(value) };
}

function anyValue(value: AttributeValue): unknown {
  if (value === null) return {};
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'number')
    return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  if (isListValue(value)) return { arrayValue: { values: value.map(anyValue) } };
  if ('int' in value) return { intValue: value.int };
  if ('double' in value) return { doubleValue: value.double };
  if ('bytes' in value) return { bytesValue: value.bytes };
  return { kvlistValue: { values: value.map.map(keyValue) } };
}
