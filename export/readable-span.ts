/**
 * Turns a span record of the sandbox into a `ReadableSpan` of the OpenTelemetry SDK 1.x, 2.x and 3.x. Pure.
 */
import { type HrTime, type SpanContext, TraceFlags } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { SPAN_DELIMITER, SpanName } from '@temporalio/interceptors-opentelemetry/lib/workflow/definitions';
import { parsedTraceState } from '../core/parsed';
import type { SpanRecord } from '../core/span-record';
import type { SpanRef } from '../core/traceparent';
import { defined } from '../core/util/defined';
import { withOldNames } from './old-names';

/** Instrumentation scope of the plugin's own spans. */
const SCOPE = Object.freeze({ name: 'temporal-job-tracing' });

const ROOT_PREFIX = `${SpanName.WORKFLOW_EXECUTE}${SPAN_DELIMITER}`;

/** Whether the span is the root span `RunWorkflow` of a run. */
export function isRunRoot({ name, instrumentationScope }: ReadableSpan): boolean {
  return instrumentationScope.name === SCOPE.name && name.startsWith(ROOT_PREFIX);
}

/**
 * Returns a span that is ready for a `SpanProcessor`'s `onEnd`.
 *
 * @param isRoot whether the span is its run's root, whose parent, if any, is in another run or process
 */
export function toReadableSpan(record: SpanRecord, resource: Resource, isRoot: boolean): ReadableSpan {
  const { traceId, spanId, traceState } = record;
  const ref = { traceId, spanId, sampled: true };
  const context = toSpanContext(defined({ ...ref, traceState }));
  const parent = record.parentSpanId && {
    ...toSpanContext({ ...ref, spanId: record.parentSpanId }),
    isRemote: isRoot,
  };
  return withOldNames({
    name: record.name,
    kind: record.kind,
    spanContext: () => context,
    ...(parent && { parentSpanContext: parent }),
    startTime: toHrTime(record.startMs),
    endTime: toHrTime(record.endMs),
    duration: toHrTime(record.endMs - record.startMs),
    ended: true,
    status: defined({ code: record.statusCode, message: record.statusMessage }),
    attributes: record.attributes as ReadableSpan['attributes'],
    events: record.events.map(({ name, timeMs, attributes }) => ({
      name,
      time: toHrTime(timeMs),
      attributes: attributes as ReadableSpan['attributes'],
    })),
    links: record.links.map(({ span, attributes }) => ({
      context: toSpanContext(span),
      attributes: attributes as ReadableSpan['attributes'],
    })),
    resource,
    instrumentationScope: record.scope ?? SCOPE,
    droppedAttributesCount: record.droppedAttributes,
    droppedEventsCount: record.droppedEvents ?? 0,
    droppedLinksCount: record.droppedLinks ?? 0,
  });
}

function toSpanContext({ traceId, spanId, sampled, traceState }: SpanRef): SpanContext {
  return defined({
    traceId,
    spanId,
    traceFlags: sampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
    traceState: traceState === undefined ? undefined : parsedTraceState(traceState),
  });
}

function toHrTime(ms: number): HrTime {
  const seconds = Math.floor(ms / 1_000);
  return [seconds, Math.round((ms - seconds * 1_000) * 1_000_000)];
}
