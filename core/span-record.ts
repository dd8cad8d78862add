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
  /** Failure of the span's call; the host converts it to a status and an exception event. */
  readonly failure?: Failure;
  /** Instrumentation scope of a span created by user code; left out for the plugin's own spans. */
  readonly scope?: { readonly name: string; readonly version?: string };
}

/** What the sandbox can ignore: a trace header, or the whole run. */
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
