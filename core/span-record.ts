/**
 * Finished workflow spans, as the sandbox sends them from the workflow thread to the host on the main thread.
 *
 * Plain data only (structured clone): anything else in a sink argument would leave the run stuck.
 */
import type { Sinks } from '@temporalio/workflow';
import type { JobOrigin } from './job-info';
import type { Failure, RunEnd } from './run-end';
import type { SpanRef } from './traceparent';

/** OpenTelemetry's attribute values. @see https://opentelemetry.io/docs/specs/otel/common/#attribute */
export type AttributeValue =
  | string
  | number
  | boolean
  | readonly string[]
  | readonly number[]
  | readonly boolean[];
/** Attributes of a span, event or link, by name. */
export type Attributes = Record<string, AttributeValue>;

/** An event of a span. */
export interface EventRecord {
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly timeMs: number;
  readonly attributes: Attributes;
}

/** A link to another span. */
export interface LinkRecord {
  readonly span: SpanRef;
  readonly attributes: Attributes;
}

/** A finished span. */
export interface SpanRecord {
  readonly name: string;
  /** `SpanKind` of `@opentelemetry/api`. */
  readonly kind: number;
  /** 32 lower-case hex digits. */
  readonly traceId: string;
  /** 16 lower-case hex digits. */
  readonly spanId: string;
  /** 16 lower-case hex digits; left out for a span without a parent. */
  readonly parentSpanId?: string | undefined;
  /** W3C `tracestate`. */
  readonly traceState?: string;
  /** Start, in milliseconds since the epoch, in workflow time. */
  readonly startMs: number;
  /** End, in milliseconds since the epoch, in workflow time. */
  readonly endMs: number;
  /** `SpanStatusCode` of `@opentelemetry/api`. */
  readonly statusCode: number;
  readonly statusMessage?: string | undefined;
  readonly attributes: Attributes;
  readonly events: readonly EventRecord[];
  readonly links: readonly LinkRecord[];
  readonly droppedAttributes: number;
  readonly droppedEvents?: number;
  readonly droppedLinks?: number;
  /** Failure of the span's call; the host converts it to a status and an exception event. */
  readonly failure?: Failure;
  /** Instrumentation scope of a span created by user code; left out for the plugin's own spans. */
  readonly scope?: { readonly name: string; readonly version?: string };
}

/** Something that the sandbox has ignored, such as a trace header or the whole run. */
export type Ignored =
  | 'start header'
  | 'child header'
  | 'signal header'
  | 'update header'
  | 'run'
  | 'SDK'
  | 'baggage'
  | 'task';

/** Spans beyond an activation's limit, which were dropped. */
export interface DroppedSpans {
  /** Name of the job. */
  readonly job: string;
  readonly count: number;
}

/** Sink calls from the sandbox to the host, each at most once per activation. */
export interface JobTracingSinks extends Sinks {
  jobTracing: {
    /** Reports a sampled run that begins a trace, if the host lacks its decision or origin. */
    begun(root: SpanRef, origin: JobOrigin): void;
    /** Reports finished spans and the end of the run; its root span, if any, is the last one. */
    report(spans: readonly SpanRecord[], end?: RunEnd, dropped?: DroppedSpans): void;
    /** Reports that a plain `Error` was thrown, which fails the workflow task and has it retried. */
    taskFailed(error: { readonly type: string; readonly message: string }): void;
    /** Reports that something was ignored; the host logs it once. */
    ignored(what: Ignored, why: string): void;
  };
}
