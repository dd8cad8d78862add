/**
 * The `_tracer-data` header: W3C trace context and baggage as the official plugin writes them, and our own
 * part beside them, which tells the receiver what kind of run it is.
 *
 * Pure. A header is foreign data: readers return `undefined`, never throw. No workflow command may ever
 * depend on a header alone (design: a bound parent and a passive child may meet).
 */
import { defaultPayloadConverter, type Headers, type Payload } from '@temporalio/common';
import type { JobTrigger } from './search-attributes';
import { formatTraceparent, parseTraceparent, type SpanRef } from './traceparent';

/** Header key, shared with `@temporalio/interceptors-opentelemetry`. */
export const TRACE_HEADER = '_tracer-data';
/** Our own key inside the header's text map. */
const JOB_PART = 'job-tracing';
/** A larger header is not read: at most 8 KiB of baggage, 512 bytes of trace state and our own part. */
const MAX_HEADER_BYTES = 16_384;

/** Our part of the header, by what the receiver is. */
export type JobPart =
  /** A top-level run started by a typed client. */
  | { readonly kind: 'start'; readonly forced: boolean; readonly joinCaller: boolean }
  /** An ordinary child: stays in its parent's trace, and carries what the parent knows of the job's run. */
  | {
      readonly kind: 'child';
      readonly job: string;
      readonly runId: string;
      readonly trigger: JobTrigger;
    }
  /** A child that is a top-level run. */
  | { readonly kind: 'top' }
  /** A top-level run continued as new: inherits the decision. */
  | { readonly kind: 'continued'; readonly sampled: boolean; readonly trigger: JobTrigger };

export interface TraceHeader {
  /** The sender's span. */
  readonly span?: SpanRef;
  /** The W3C `baggage` header as it was received. */
  readonly baggage?: string;
  readonly part?: JobPart;
}

/** What reading a header can give: the header, nothing (there is none), or the reason why it was ignored. */
export type HeaderReading = { readonly header?: TraceHeader; readonly problem?: string };

/** Reads the header of a run, signal, update, activity or child. Never throws. */
export function readHeader(headers: Headers | null | undefined): HeaderReading {
  const payload = headers?.[TRACE_HEADER];
  if (payload == null) return {};
  try {
    const size = payload.data?.length ?? 0;
    if (size > MAX_HEADER_BYTES) return { problem: `it has ${size} bytes, more than ${MAX_HEADER_BYTES}` };
    const carrier: unknown = defaultPayloadConverter.fromPayload(payload);
    if (typeof carrier !== 'object' || carrier === null || Array.isArray(carrier))
      return { problem: 'it is not a text map' };
    const header = fromCarrier(carrier as Record<string, unknown>);
    const hasInvalidSpan = header.span === undefined && 'traceparent' in carrier;
    return hasInvalidSpan ? { problem: 'its traceparent is not valid' } : { header };
  } catch {
    return { problem: 'it cannot be decoded' };
  }
}

function fromCarrier(carrier: Record<string, unknown>): TraceHeader {
  const span = parseTraceparent(carrier.traceparent, carrier.tracestate);
  const baggage = carrier.baggage;
  const part = parseJobPart(carrier[JOB_PART]);
  return {
    ...(span && { span }),
    ...(typeof baggage === 'string' && baggage !== '' && { baggage }),
    ...(part && { part }),
  };
}

/** The header as a payload, for {@link TRACE_HEADER}. */
export function writeHeader(header: TraceHeader): Payload {
  return defaultPayloadConverter.toPayload({
    ...carrierOf(header),
    ...(header.part && { [JOB_PART]: JSON.stringify(header.part) }),
  });
}

/** The W3C fields alone, for Nexus and HTTP headers. */
export function carrierOf({ span, baggage }: TraceHeader): Record<string, string> {
  return {
    ...(span && { traceparent: formatTraceparent(span) }),
    ...(span?.traceState && { tracestate: span.traceState }),
    ...(baggage && { baggage }),
  };
}

const TRIGGERS: ReadonlySet<unknown> = new Set<JobTrigger>([
  'cron',
  'schedule',
  'manual',
  'api',
  'retry',
  'shard',
  'child',
]);

function parseJobPart(text: unknown): JobPart | undefined {
  if (typeof text !== 'string') return undefined;
  let part: Record<string, unknown> | null;
  try {
    part = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { kind, trigger } = part ?? {};
  if (kind === 'top') return { kind };
  if (kind === 'start') return { kind, forced: part?.forced === true, joinCaller: part?.joinCaller === true };
  if (!TRIGGERS.has(trigger)) return undefined;
  const known = trigger as JobTrigger;
  if (kind === 'continued') return { kind, sampled: part?.sampled === true, trigger: known };
  const job = part?.job;
  const runId = part?.runId;
  if (kind !== 'child' || typeof job !== 'string' || typeof runId !== 'string') return undefined;
  return { kind, job, runId, trigger: known };
}
