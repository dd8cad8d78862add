/**
 * The trace header `_tracer-data`: W3C trace context and baggage as the official plugin writes them, and the
 * job header, from which the receiver determines its kind of run.
 *
 * Pure. The payload has the form of the SDK's default payload converter, but is encoded with the platform's
 * text coder, which the SDK provides in the sandbox: the converter's own is slow while code is not hot. A header
 * is foreign data: readers return `undefined`, never throw. No workflow command may depend on a header alone: a
 * bound parent may have an untraced child.
 */
import { encodingKeys, type Headers, type Payload } from '@temporalio/common';
import { type JobMetadata, parseJobMetadata, parseShardInfo, type ShardInfo } from './job-metadata';
import { type JobTrigger, triggerOf } from './search-attributes';
import { toKeyword } from './server-limits';
import { isTraceId } from './trace-id';
import { formatTraceparent, parseTraceparent, type SpanRef } from './traceparent';
import { defined } from './util/defined';
import { flagOf, isRecord, numberOf, safely, textOf } from './util/untrusted';

/** Header key, shared with `@temporalio/interceptors-opentelemetry`. */
export const TRACE_HEADER = '_tracer-data';
/** Key of the job header inside the trace header's text map. */
const JOB_HEADER = 'job-tracing';
/** Largest header that is read: at most 8 KiB of baggage, 512 bytes of trace state, and the job header. */
const MAX_HEADER_BYTES = 16_384;

/** The job's run that a child, a shard or an activity belongs to. */
export interface JobIdentity {
  readonly job: string;
  /** Run id of the job's run. */
  readonly runId: string;
  readonly trigger: JobTrigger;
}

/** The job header, by the kind of its receiver, with the metadata of the job, if there is any. */
export type JobHeader = { readonly facts?: JobMetadata | undefined } & (
  | /** A top-level run started by a typed client. */
  { readonly kind: 'start'; readonly forced?: boolean; readonly joinCaller?: boolean }
  /** An ordinary child: stays in its parent's trace. */
  | ({ readonly kind: 'child' } & JobIdentity)
  /** A child that is a top-level run; `scheduledJob` sets the trigger. */
  | { readonly kind: 'top'; readonly trigger?: JobTrigger; readonly forced?: boolean }
  /** A shard: the header's trace id is the shard's own, its span the parent's root in `parentTraceId`. */
  | ({ readonly kind: 'shard'; readonly shard: ShardInfo; readonly parentTraceId?: string } & JobIdentity)
  /** A top-level run continued as new: inherits the decision. */
  | { readonly kind: 'continued'; readonly sampled: boolean; readonly trigger: JobTrigger }
  /** An activity. */
  | { readonly kind: 'activity'; readonly attempt: number; readonly shard?: ShardInfo | undefined }
  /** An activity of an untraced run: the job and trace id by which it gets the same decision as the run. */
  | { readonly kind: 'untraced'; readonly job: string; readonly traceId: string }
);

/** The job header of a child that is a top-level run. */
export type TopLevelHeader = Extract<JobHeader, { readonly kind: 'top' }>;

/** The trace header, as far as it could be read. */
export interface TraceHeader {
  /** The sender's span. */
  readonly span?: SpanRef | undefined;
  /** The W3C `baggage` header, as received. */
  readonly baggage?: string | undefined;
  readonly jobHeader?: JobHeader | undefined;
}

/** Result of reading a header: the header, the reason why it was ignored, or neither if there is none. */
export type HeaderReading = { readonly header?: TraceHeader; readonly problem?: string };

/** Reads the header of a run, signal, update, activity or child. Never throws. */
export function readHeader(headers: Headers | null | undefined): HeaderReading {
  return read(headers, parseJobHeader);
}

/** Reads only the W3C fields of a header, which is faster. Never throws. */
export function readTraceContext(headers: Headers | null | undefined): HeaderReading {
  return read(headers, () => undefined);
}

function read(
  headers: Headers | null | undefined,
  parse: (text: unknown) => JobHeader | undefined,
): HeaderReading {
  const payload = headers?.[TRACE_HEADER];
  if (payload == null) return {};
  try {
    const size = payload.data?.length ?? 0;
    if (size > MAX_HEADER_BYTES) return { problem: `it has ${size} bytes, more than ${MAX_HEADER_BYTES}` };
    const carrier: unknown = JSON.parse(new TextDecoder().decode(payload.data ?? undefined));
    if (!isRecord(carrier) || Array.isArray(carrier)) return { problem: 'it is not a text map' };
    const span = parseTraceparent(carrier.traceparent, carrier.tracestate);
    if (!span && 'traceparent' in carrier) return { problem: 'its traceparent is not valid' };
    return {
      header: defined({
        span,
        baggage: textOf(carrier.baggage),
        jobHeader: parse(carrier[JOB_HEADER]),
      }),
    };
  } catch {
    return { problem: 'it cannot be decoded' };
  }
}

/** Parses the job header; `undefined` if it is invalid or of an unknown kind, as from a newer version. */
function parseJobHeader(text: unknown): JobHeader | undefined {
  const fields: unknown = typeof text === 'string' ? safely(() => JSON.parse(text)) : undefined;
  if (!isRecord(fields)) return undefined;
  const facts = parseJobMetadata(fields.facts);
  const kind = fields.kind as JobHeader['kind'];
  switch (kind) {
    case 'start': {
      const { forced, joinCaller } = fields;
      return defined({ kind, forced: flagOf(forced), joinCaller: flagOf(joinCaller), facts });
    }
    case 'child': {
      const identity = parseIdentity(fields);
      return identity && defined({ kind, ...identity, facts });
    }
    case 'top':
      return defined({ kind, trigger: triggerOf(fields.trigger), forced: flagOf(fields.forced), facts });
    case 'shard': {
      const identity = parseIdentity(fields);
      const shard = parseShardInfo(fields.shard);
      const parentTraceId = traceIdOf(fields.parentTraceId);
      return identity && shard && defined({ kind, ...identity, shard, parentTraceId, facts });
    }
    case 'continued': {
      const trigger = triggerOf(fields.trigger);
      const sampled = flagOf(fields.sampled);
      return trigger && sampled !== undefined ? defined({ kind, sampled, trigger, facts }) : undefined;
    }
    case 'activity': {
      const attempt = numberOf(fields.attempt);
      if (attempt === undefined) return undefined;
      return defined({ kind, attempt, shard: parseShardInfo(fields.shard), facts });
    }
    case 'untraced': {
      const job = nameOf(fields.job);
      const traceId = traceIdOf(fields.traceId);
      return job && traceId ? defined({ kind, job, traceId, facts }) : undefined;
    }
    default:
      return otherKind(kind);
  }
}

/** Ignores a kind of another version. Does not compile unless every {@link JobHeader} has its case. */
function otherKind(_kind: never): undefined {
  return undefined;
}

/** Returns the identity in a job header; `undefined` unless it is complete. */
function parseIdentity(fields: Record<string, unknown>): JobIdentity | undefined {
  const job = nameOf(fields.job);
  const runId = nameOf(fields.runId);
  const trigger = triggerOf(fields.trigger);
  return job && runId && trigger ? { job, runId, trigger } : undefined;
}

/** Returns the header as a payload, for {@link TRACE_HEADER}. */
export function writeHeader(header: TraceHeader): Payload {
  const { jobHeader } = header;
  const carrier = { ...carrierOf(header), ...(jobHeader && { [JOB_HEADER]: JSON.stringify(jobHeader) }) };
  return {
    metadata: { encoding: encodingKeys.METADATA_ENCODING_JSON },
    data: new TextEncoder().encode(JSON.stringify(carrier)),
  };
}

/** Returns the call with the trace header added. */
export function withHeader<Call extends { readonly headers: Headers }>(call: Call, header: Payload): Call {
  return { ...call, headers: { ...call.headers, [TRACE_HEADER]: header } };
}

/** Returns the W3C fields of the header, for Nexus and HTTP headers. */
export function carrierOf({ span, baggage }: TraceHeader): Record<string, string> {
  return defined({
    traceparent: span && formatTraceparent(span),
    tracestate: span?.traceState || undefined,
    baggage: baggage || undefined,
  });
}

/**
 * Returns a non-empty string as a keyword, since it becomes a search attribute of runs that the receiver
 * starts.
 */
function nameOf(value: unknown): string | undefined {
  const text = textOf(value);
  return text === undefined ? undefined : toKeyword(text);
}

function traceIdOf(value: unknown): string | undefined {
  return typeof value === 'string' && isTraceId(value) ? value : undefined;
}
