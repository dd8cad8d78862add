/**
 * Options of the span export, checked before anything is set up.
 */
import type { Context } from '@opentelemetry/api';
import type { Instrumentation } from '@opentelemetry/instrumentation';
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

/** An instrumentation of any version of `@opentelemetry/instrumentation`. */
export interface AnyInstrumentation
  extends Pick<Instrumentation, 'instrumentationName' | 'enable' | 'disable'> {
  setTracerProvider(provider: never): void;
  setConfig(config: never): void;
  getConfig(): object;
}

export interface SpanExportOptions {
  /** Instrumentations besides those of `http` and `undici`, for a process that the export sets up. */
  readonly instrumentations?: readonly AnyInstrumentation[] | 'auto' | undefined;
  /** Span processors, at least one; they replace the export that is set up from the `OTEL_*` variables. */
  readonly spanProcessors?: readonly AnySpanProcessor[] | undefined;
  /** Resource of all spans, used unchanged. @default detected according to `OTEL_NODE_RESOURCE_DETECTORS` */
  readonly resource?: AnyResource | undefined;
  /** Time limit of a flush and of the final shutdown, in milliseconds. @default 5000 */
  readonly flushTimeoutMs?: number | undefined;
}

/** The checked options. Spans passed to the processors have the shape of every major version of the SDK. */
export interface CheckedExportOptions extends SpanExportOptions {
  readonly instrumentations?: readonly Instrumentation[] | 'auto' | undefined;
  readonly spanProcessors?: readonly SpanProcessor[] | undefined;
  readonly resource?: Resource | undefined;
}

/** Class that has the options, for errors. */
export const SUBJECT = 'JobTracingPlugin';
const METHODS = ['onStart', 'onEnd', 'forceFlush', 'shutdown'] as const;
const INSTRUMENTATION_METHODS = ['enable', 'disable', 'setTracerProvider', 'setConfig', 'getConfig'] as const;

/**
 * Checks the options of the export.
 *
 * @throws {OptionError} with the option's name, the expectation and the value
 */
export function checkExportOptions<T extends SpanExportOptions>(
  options: T,
): asserts options is T & CheckedExportOptions {
  const { instrumentations, spanProcessors, resource } = options;
  if (instrumentations !== undefined && instrumentations !== 'auto') checkInstrumentations(instrumentations);
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

function checkInstrumentations(instrumentations: readonly unknown[]): void {
  if (!Array.isArray(instrumentations))
    throw optionError(
      SUBJECT,
      'instrumentations',
      "an array of instrumentations, or 'auto'",
      instrumentations,
    );
  const index = instrumentations.findIndex((each) => !isInstrumentation(each));
  if (index >= 0) {
    const expected = `an Instrumentation (instrumentationName, ${INSTRUMENTATION_METHODS.join(', ')})`;
    throw optionError(SUBJECT, `instrumentations[${index}]`, expected, instrumentations[index]);
  }
}

function isInstrumentation(value: unknown): boolean {
  return (
    isRecord(value) &&
    typeof value.instrumentationName === 'string' &&
    INSTRUMENTATION_METHODS.every((method) => typeof value[method] === 'function')
  );
}

function isSpanProcessor(value: unknown): boolean {
  return isRecord(value) && METHODS.every((method) => typeof value[method] === 'function');
}
