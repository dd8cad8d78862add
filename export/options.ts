/**
 * Options of the span export, checked before anything is set up.
 */
import type { Context } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import type { SpanProcessor } from '@opentelemetry/sdk-trace';
import type { Logger } from '@temporalio/common';
import { optionError } from '../core/util/option-error';
import { isRecord } from '../core/util/untrusted';

/** The part of a Temporal logger that the export needs. */
export type ExportLogger = Pick<Logger, 'info' | 'warn' | 'error'>;

/** A span processor of the OpenTelemetry SDK 1.x, 2.x or 3.x, which differ in the type of a span. */
export interface AnySpanProcessor extends Pick<SpanProcessor, 'forceFlush' | 'shutdown'> {
  onStart(span: never, parentContext: Context): void;
  onEnd(span: never): void;
}

/** A resource of the OpenTelemetry SDK 1.x, 2.x or 3.x. */
export type AnyResource = Pick<Resource, 'attributes'> &
  Partial<Pick<Resource, 'asyncAttributesPending' | 'waitForAsyncAttributes'>>;

export interface SpanExportOptions {
  /** Span processors, at least one; they replace the export that is set up from the `OTEL_*` variables. */
  readonly spanProcessors?: readonly AnySpanProcessor[] | undefined;
  /** Resource of all spans, used unchanged. @default detected according to `OTEL_NODE_RESOURCE_DETECTORS` */
  readonly resource?: AnyResource | undefined;
  /** Time limit of a flush and of the final shutdown, in milliseconds. @default 5000 */
  readonly flushTimeoutMs?: number | undefined;
}

/** The checked options. Spans passed to the processors have the shape of every major version of the SDK. */
export interface CheckedExportOptions extends SpanExportOptions {
  readonly spanProcessors?: readonly SpanProcessor[] | undefined;
  readonly resource?: Resource | undefined;
}

const SUBJECT = 'JobTracingPlugin';
const METHODS = ['onStart', 'onEnd', 'forceFlush', 'shutdown'] as const;

/**
 * Checks the options of the export.
 *
 * @throws {OptionError} with the option's name, the expectation and the value
 */
export function checkExportOptions<T extends SpanExportOptions>(
  options: T,
): asserts options is T & CheckedExportOptions {
  const { spanProcessors, resource } = options;
  if (spanProcessors !== undefined) {
    const expected = 'an array with at least one SpanProcessor';
    if (!Array.isArray(spanProcessors) || spanProcessors.length === 0) {
      throw optionError(SUBJECT, 'spanProcessors', expected, spanProcessors);
    }
    const index = spanProcessors.findIndex((processor) => !isSpanProcessor(processor));
    if (index >= 0) {
      const methods = `a SpanProcessor (${METHODS.join(', ')})`;
      throw optionError(SUBJECT, `spanProcessors[${index}]`, methods, spanProcessors[index]);
    }
  }
  if (resource !== undefined && !isRecord((resource as Partial<Resource> | null)?.attributes)) {
    throw optionError(SUBJECT, 'resource', "a Resource with 'attributes'", resource);
  }
}

function isSpanProcessor(value: unknown): boolean {
  return isRecord(value) && METHODS.every((method) => typeof value[method] === 'function');
}
