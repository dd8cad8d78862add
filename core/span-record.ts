/**
 * A finished workflow span as it crosses the thread border from the sandbox to the worker's host side.
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
export type Attributes = Record<string, AttributeValue>;

export interface EventRecord {
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly timeMs: number;
  readonly attributes: Attributes;
}

export interface LinkRecord {
  readonly span: SpanRef;
  readonly attributes: Attributes;
}

export interface SpanRecord {
  readonly name: string;
  /** `SpanKind` of `@opentelemetry/api`. */
  readonly kind: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string | undefined;
  readonly traceState?: string;
  /** Milliseconds since the epoch, in workflow time. */
  readonly startMs: number;
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
  /** Why the call that the span is about failed: the host puts it into OpenTelemetry's words. */
  readonly failure?: Failure;
  /** Instrumentation scope of a span that user code made; ours otherwise. */
  readonly scope?: { readonly name: string; readonly version?: string };
}

/** What can be ignored: the trace header of something, or the whole run. */
export type Ignored =
  | 'start header'
  | 'child header'
  | 'signal header'
  | 'update header'
  | 'run'
  | 'SDK'
  | 'baggage'
  | 'task';

/** Spans of one activation that were more than it may have. */
export interface DroppedSpans {
  readonly job: string;
  readonly count: number;
}

/** What the sandbox tells the host, each at most once an activation. */
export interface JobTracingSinks extends Sinks {
  jobTracing: {
    /** A recorded run begins a trace, and the host does not know its decision or origin. */
    begun(root: SpanRef, origin: JobOrigin): void;
    /** Finished spans, and the end of the run; its root span is the last one, if it has one. */
    report(spans: readonly SpanRecord[], end?: RunEnd, dropped?: DroppedSpans): void;
    /** A plain `Error` was thrown: the workflow task fails and is tried again. */
    taskFailed(error: { readonly type: string; readonly message: string }): void;
    /** Something was ignored; the host says it once. */
    ignored(what: Ignored, why: string): void;
  };
}
