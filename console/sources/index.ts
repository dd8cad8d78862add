/**
 * Sources of traces.
 */
export { embeddedTraces } from './embedded';
export type {
  Attribute,
  AttributeValue,
  SpanEvent,
  SpanLink,
  SpanScope,
  SpanSender,
  Trace,
  TraceSource,
  TraceSpan,
  TraceSpanKind,
} from './trace-source';
